package dev.herald.board;

import dev.herald.api.OnEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import jakarta.enterprise.inject.spi.WithAnnotations;
import org.eclipse.microprofile.config.ConfigProvider;

/** Leaves the board's handlers out of the application when the board is switched off, so that their events are nobody's. */
public class BoardSwitch implements Extension {

    /** Whether {@code herald.board} is on. */
    static boolean isOn() {
        return ConfigProvider.getConfig()
                .getOptionalValue("herald.board", Boolean.class)
                .orElse(true);
    }

    /** Whether anything is ever pushed. */
    static boolean pushes() {
        return isOn()
                && ConfigProvider.getConfig()
                        .getOptionalValue("herald.push", Boolean.class)
                        .orElse(true);
    }

    /** Then no message is looked at for those who are to be told of it. */
    void leaveOutThePusher(@Observes ProcessAnnotatedType<PushObserver> type) {
        if (!pushes()) {
            type.veto();
        }
    }

    void leaveOut(@Observes @WithAnnotations(OnEvent.class) ProcessAnnotatedType<?> type) {
        var isOfTheBoard = type.getAnnotatedType().getJavaClass().getPackage().equals(BoardSwitch.class.getPackage());
        if (isOfTheBoard && !isOn()) {
            type.veto();
        }
    }
}
