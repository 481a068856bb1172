package dev.herald.feed;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.herald.api.Connected;
import dev.herald.api.Disconnected;
import dev.herald.api.PersonPrincipal;
import dev.herald.request.Rejections;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.QuietLog;
import jakarta.websocket.CloseReason;
import jakarta.websocket.SendResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** How a connection of the feed begins and ends: {@code docs/feed.md}. */
class FeedConnectionTest extends FeedOverHub {

    @Nested
    class Opening {

        @Test
        void tellsTheClientFirstWhoItIs() {
            publish("news", "1");

            var ann = open(ANN);

            assertThat(ann.heard())
                    .containsExactly("{\"event\":\"connected\",\"connection\":\"" + ann.id()
                            + "\",\"person\":{\"id\":\"ann\",\"name\":\"Ann\"}}");
        }

        @Test
        void leavesNobodyBehindWhenTheConnectionBreaksMeanwhile() {
            var session = new FakeSession().of(new PersonPrincipal(ANN));
            session.whenSending((text, handler) -> handler.onResult(new SendResult(new IOException("broken pipe"))));

            var unused = feed.open(session.session());

            assertThat(hub.presence().connections("/")).isEmpty();
            assertThat(observers.events(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("connection lost");
        }

        @Test
        void isRefusedToARequestThatDidNotPassTheFilter() {
            var session = new FakeSession().of(() -> "ann");

            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> feed.open(session.session()));

            assertThat(hub.presence().connections("/")).isEmpty();
        }

        @Test
        void isTurnedAwayWith1013WhenThereAreAsManyConnectionsAsMayBe() {
            for (var n = 0; n < MAX_CONNECTIONS; n++) {
                open(ANN);
            }

            var oneTooMany = open(BOB);

            assertThat(oneTooMany.closeCode()).isEqualTo(1013);
            assertThat(hub.presence().connections("/")).hasSize(MAX_CONNECTIONS);
            QuietLog.expect(WARNING, "connections are turned away", "as many connections as it takes: 3");
        }

        @Test
        void isTurnedAwayWith1013WhileTheApplicationIsBehind() {
            observers.behind = true;

            assertThat(open(BOB).closeCode()).isEqualTo(1013);
            assertThat(hub.presence().connections("/")).isEmpty();
            QuietLog.expect(WARNING, "connections are turned away", "the application is behind with its events");
        }
    }

    @Nested
    class ASlowReader {

        @Test
        void isClosedWith4008AndItsPositionAndNobodyElseNotices() {
            var slow = started(ANN);
            var fast = started(BOB);
            publish("news", "1");
            slow.session.hold();

            for (var n = 2; n <= 40; n++) {
                publish("news", "" + n);
            }

            assertThat(slow.closeCode()).isEqualTo(4008);
            assertThat(slow.session.closes().get(0).getReasonPhrase())
                    .isEqualTo("{\"channel\":\"news\",\"epoch\":\"life.0\",\"offset\":1}");
            assertThat(fast.news("news")).hasSize(40);
            assertThat(fast.session.closes()).isEmpty();
            assertThat(hub.presence().people()).containsExactly(BOB);
        }

        @Test
        void isClosedWithoutAPositionWhenItGotNoMessage() {
            var slow = started(ANN);
            slow.session.hold();

            for (var n = 1; n <= 40; n++) {
                publish("news", "" + n);
            }

            assertThat(slow.closeCode()).isEqualTo(4008);
            assertThat(slow.session.closes().get(0).getReasonPhrase()).isEmpty();
        }

        @Test
        void comesBackAndMissesNothing() {
            var slow = started(ANN);
            publish("news", "1");
            slow.session.hold();
            for (var n = 2; n <= 40; n++) {
                publish("news", "" + n);
            }

            var back = open(ANN);
            back.say("{'event':'join','channel':'news','since':"
                    + slow.session.closes().get(0).getReasonPhrase() + "}");

            assertThat(back.news("news")).hasSize(39).startsWith(message("news", 2, "2"));
        }

        @Test
        void isOneWhoseConnectionDoesNotMove() {
            var ann = started(ANN);

            ann.connection.stalled();

            assertThat(ann.closeCode()).isEqualTo(4008);
        }
    }

    @Nested
    class TheEnd {

        @Test
        void isToldToTheApplicationOnceWithItsFirstReason() {
            var ann = started(ANN);

            ann.connection.lost("ping timeout");
            ann.connection.closed("closed by the client");
            ann.connection.containerFailed(new IOException());

            assertThat(observers.events(Disconnected.class)).singleElement().satisfies(event -> {
                assertThat(event.reason()).isEqualTo("ping timeout");
                assertThat(event.last()).isTrue();
                assertThat(event.connection().id()).isEqualTo(ann.id());
            });
            assertThat(ann.session.closes()).hasSize(1);
        }

        /** Servers call back from inside {@code close}. */
        @Test
        void hasTheServersReasonAndNotWhatComesOfTheClosing() {
            var ann = started(ANN);
            ann.session.whenClosing(reason -> feed.close(ann.session.session(), reason));

            ann.connection.lost("ping timeout");

            assertThat(observers.events(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("ping timeout");
        }

        /** A message that comes while the session is being closed finds no room, for another reason than that. */
        @Test
        void isNotThatOfASlowReaderWhenAMessageComesWhileItCloses() {
            var ann = started(ANN);
            ann.session.whenClosing(reason -> publish("news", "1"));

            ann.connection.lost("ping timeout");

            assertThat(observers.events(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("ping timeout");
        }

        @Test
        void byTheClientClosesNothing() {
            var ann = started(ANN);

            ann.connection.closed("closed by the client");

            assertThat(ann.session.closes()).isEmpty();
            assertThat(hub.presence().connections("/")).isEmpty();
            publish("news", "1");
            assertThat(ann.news()).isEmpty();
        }

        @Test
        void ofABrokenConnectionIsNoMistake() {
            var ann = started(ANN);
            try (var errors = new ErrorLog(FeedConnection.class)) {
                ann.connection.containerFailed(new UncheckedIOException(new IOException("connection reset")));

                assertThat(errors.lines()).isEmpty();
            }
            assertThat(observers.events(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("connection lost");
        }

        @Test
        void byTheServersOwnMistakeIs1011AndLogged() {
            var ann = started(ANN);
            try (var errors = new ErrorLog(FeedConnection.class)) {
                ann.connection.containerFailed(new IllegalArgumentException("oops"));

                assertThat(errors.lines()).hasSize(1);
            }
            assertThat(ann.closeCode()).isEqualTo(1011);
        }

        /** A database whose connection breaks is not this client's connection that breaks. */
        @Test
        void byALogThatFailsIs1011AndLoggedWhateverTheCause() {
            var ann = started(ANN);
            log.refusal = new IllegalStateException("the database is gone", new IOException("connection refused"));
            try (var errors = new ErrorLog(Rejections.class)) {
                ann.say("{'event':'news','id':'c1'}");

                assertThat(errors.lines()).hasSize(1);
            }
            assertThat(ann.closeCode()).isEqualTo(1011);
        }

        @Test
        void byALogThatCannotBeReadIs1011AndLogged() {
            var ann = started(ANN);
            log.failure = new IllegalStateException("the database is gone", new IOException("connection refused"));
            try (var errors = new ErrorLog(Rejections.class)) {
                ann.say("{'event':'join','channel':'orders','since':{'epoch':'e','offset':1}}");

                assertThat(errors.lines()).hasSize(1);
            }
            assertThat(ann.closeCode()).isEqualTo(1011);
        }

        @Test
        void comesAtOnceForAClientThatCannotBeAdmitted() {
            log.failure = new IllegalStateException("the database is gone");
            try (var errors = new ErrorLog(FeedConnection.class)) {
                assertThat(open(ANN).closeCode()).isEqualTo(1011);

                assertThat(errors.lines()).hasSize(1);
            }
        }

        @Test
        void comesFromTheContainerInWords() {
            assertThat(FeedSessions.inWords(reason(1000))).isEqualTo("closed by the client");
            assertThat(FeedSessions.inWords(reason(1006))).isEqualTo("connection lost");
            assertThat(FeedSessions.inWords(reason(4008))).isEqualTo("closed with code 4008");
        }

        @Test
        void comesWith1001WhenTheServerGoesDown() {
            var ann = started(ANN);

            sockets.close();

            assertThat(ann.closeCode()).isEqualTo(1001);
            assertThat(timer.isCancelled()).isTrue();
        }

        @Test
        void isForgottenOnceTheContainerSaysSo() {
            var ann = started(ANN);
            var bob = started(BOB);
            assertThat(feed.find(ann.session.session())).contains(ann.connection);

            feed.close(ann.session.session(), reason(1001));
            feed.close(ann.session.session(), reason(1006));

            assertThat(feed.find(ann.session.session())).isEmpty();
            assertThat(feed.find(bob.session.session())).contains(bob.connection);
            assertThat(observers.events(Disconnected.class))
                    .extracting(Disconnected::reason)
                    .containsExactly("closed by the client");
        }

        /** Servers call back from inside {@code close}. */
        @Test
        void isForgottenWhenItComesWithinTheOpening() {
            open(ANN);
            open(ANN);
            open(ANN);
            var session = new FakeSession().of(new PersonPrincipal(BOB));
            session.whenClosing(reason -> feed.close(session.session(), reason));

            feed.open(session.session());

            assertThat(session.closes()).hasSize(1);
            assertThat(feed.find(session.session())).isEmpty();
            QuietLog.expect(WARNING, "connections are turned away", "as many connections as it takes: 3");
        }

        @Test
        void leavesTheOthersOfThePersonThere() {
            var tab = started(ANN);
            var phone = started(ANN);
            assertThat(observers.events(Connected.class))
                    .extracting(Connected::first)
                    .containsExactly(true, false);

            tab.connection.closed("closed by the client");
            publish("news", "1");

            assertThat(observers.events(Disconnected.class))
                    .extracting(Disconnected::last)
                    .containsExactly(false);
            assertThat(phone.news()).hasSize(1);
        }

        private CloseReason reason(int code) {
            return new CloseReason(CloseReason.CloseCodes.getCloseCode(code), "");
        }
    }
}
