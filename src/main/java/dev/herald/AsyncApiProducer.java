package dev.herald;

import dev.herald.asyncapi.AsyncApi;
import dev.herald.board.Board;
import dev.herald.cdi.ApplicationEvents;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Set;

/** Describes the application's events, if they are to be shown. */
@ApplicationScoped
public class AsyncApiProducer {

    @Produces
    @Singleton
    AsyncApi asyncApi(Settings settings, ApplicationEvents events) {
        return settings.showsEvents()
                ? events.describe(settings.hasBoard() ? Set.of() : Set.of(Board.class))
                : AsyncApi.withheld();
    }
}
