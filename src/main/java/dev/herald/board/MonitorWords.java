package dev.herald.board;

import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Named;

/** The words of the operators' monitor, which the board's page need not carry. As {@link Words} otherwise. */
@Named("monitor")
@Typed(MonitorWords.class)
@RequestScoped
public class MonitorWords extends Words {

    static final String BUNDLE = "dev.herald.board.monitor";

    @Override
    String bundleName() {
        return BUNDLE;
    }
}
