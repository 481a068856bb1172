package dev.herald.cdi;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.Authenticator;
import dev.herald.api.Credentials;
import dev.herald.api.Handshake;
import dev.herald.api.Identity;
import dev.herald.request.ErrorCode;
import dev.herald.request.RejectedException;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.QuietLog;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class BeanAuthenticationTest {

    private static final Credentials TOKEN = new Credentials("secret-token", Handshake.from("203.0.113.9"));

    private final Queue<Runnable> threads = new ArrayDeque<>();

    private BeanAuthentication asking(Authenticator bean) {
        return new BeanAuthentication(bean, threads::add, 1, 2, new NoRequestContext());
    }

    private void giveThreads() {
        while (!threads.isEmpty()) {
            threads.remove().run();
        }
    }

    @Test
    void saysWhatTheApplicationSays() {
        var authentication = asking(credentials ->
                credentials.token().equals("secret-token") ? Optional.of(Identity.of("ann")) : Optional.empty());

        assertThat(authentication.authenticate(TOKEN))
                .get()
                .extracting(Identity::id)
                .isEqualTo("ann");
        assertThat(authentication.authenticate(new Credentials("other", TOKEN.handshake())))
                .isEmpty();
    }

    @Test
    void asksLaterOnTheContainersThreads() {
        var answer = asking(credentials -> Optional.of(Identity.of("ann")))
                .authenticateLater(TOKEN)
                .toCompletableFuture();
        assertThat(answer).isNotDone();

        giveThreads();

        assertThat(answer.join()).isPresent();
    }

    @Test
    void refusesWhenTheApplicationThrowsAndLogsNoToken() {
        var authentication = asking(credentials -> {
            throw new IllegalStateException("the key server is away");
        });

        try (var errors = new ErrorLog(BeanAuthentication.class)) {
            assertThatExceptionOfType(RejectedException.class)
                    .isThrownBy(() -> authentication.authenticate(TOKEN))
                    .matches(e -> e.reply().code() == ErrorCode.APPLICATION_ERROR);
            var later = authentication.authenticateLater(TOKEN).toCompletableFuture();
            giveThreads();

            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(later::join)
                    .withCauseInstanceOf(RejectedException.class);
            assertThat(errors.lines())
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("203.0.113.9").doesNotContain("secret-token"));
        }
    }

    @Test
    void refusesWhenTooManyWait() {
        var authentication = asking(credentials -> Optional.of(Identity.of("ann")));
        for (var n = 0; n < 2; n++) {
            authentication.authenticateLater(TOKEN);
        }

        QuietLog.expect(WARNING, "new tokens are not taken: too many wait to be checked");
        var oneTooMany = authentication.authenticateLater(TOKEN).toCompletableFuture();

        assertThat(oneTooMany).isCompletedExceptionally();
        giveThreads();
        assertThat(authentication.authenticateLater(TOKEN).toCompletableFuture())
                .isNotCompletedExceptionally();
    }
}
