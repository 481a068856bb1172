package dev.herald;

import static dev.herald.WayDown.Step.RECORDS;

import dev.herald.concurrent.RetryingExecutor;
import dev.herald.push.PushSender;
import dev.herald.push.PushSettings;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Puts together what is pushed to browsers. */
@ApplicationScoped
public class PushProducer {

    @Resource
    ManagedScheduledExecutorService timer;

    @Resource
    ManagedExecutorService executor;

    @Produces
    @Singleton
    PushSettings pushSettings(Settings settings) {
        return settings.push();
    }

    @Produces
    @Singleton
    PushSender pushSender(PushSettings settings, WayDown wayDown) {
        return wayDown.add(
                RECORDS,
                new PushSender(
                        settings.services(),
                        settings.contact(),
                        Clock.systemUTC(),
                        timer,
                        new RetryingExecutor(executor, timer)));
    }

    static void close(@Disposes PushSender sender) {
        WayDown.close(sender);
    }
}
