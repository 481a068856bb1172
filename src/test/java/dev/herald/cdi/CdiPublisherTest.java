package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Herald;
import dev.herald.api.News;
import dev.herald.api.PrivateMessage;
import dev.herald.api.RefusedException;
import dev.herald.testing.ErrorLog;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CdiPublisherTest {

    private static CdiPublisher publisher(Throwable failure) {
        var publisher = new CdiPublisher();
        publisher.herald = (Herald) Proxy.newProxyInstance(
                CdiPublisherTest.class.getClassLoader(),
                new Class<?>[] {Herald.class},
                (self, method, arguments) -> CompletableFuture.failedStage(failure));
        return publisher;
    }

    private static void fireAll(CdiPublisher publisher) {
        publisher.publish(News.of("a"));
        publisher.publishAsync(News.of("b"));
        publisher.publish(PrivateMessage.of("ann", "c"));
        publisher.publishAsync(PrivateMessage.of("ann", "d"));
    }

    @Test
    void aMessageThatTheLogRefusesIsALineForTheOperatorAndNoMistakeOfTheServers() {
        try (var log = new ErrorLog(CdiPublisher.class)) {
            fireAll(publisher(
                    new RefusedException(RefusedException.Reason.LOG_UNAVAILABLE, "the database does not answer")));

            assertThat(log.lines()).isEmpty();
            assertThat(log.warnings())
                    .hasSize(4)
                    .containsOnly("an event that a bean fired was not published: the database does not answer");
        }
    }

    @Test
    void anyOtherFailureIsAnError() {
        try (var log = new ErrorLog(CdiPublisher.class)) {
            fireAll(publisher(new IllegalStateException("a mistake")));

            assertThat(log.lines()).hasSize(4);
        }
    }
}
