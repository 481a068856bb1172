package dev.herald.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How clients of the feed come into channels and out: {@code docs/feed.md}, "Joining and resuming". */
class FeedChannelsTest extends FeedOverHub {

    /** {@code docs/feed.md}, "Joining and resuming". */
    @Nested
    class TheResumeWindow {

        @Test
        void holdsNewsAndPrivateUntilItIsOver() {
            var ann = open(ANN);
            publish("news", "1");
            tell("ann", "2");
            assertThat(ann.news()).isEmpty();

            timer.endPauses();

            assertThat(ann.news())
                    .containsExactlyInAnyOrder(
                            joined("news", 0),
                            joined("user:ann", 0),
                            message("news", 1, "1"),
                            privately("ann", 1, "2"));
            assertThat(ann.news())
                    .containsSubsequence(joined("news", 0), message("news", 1, "1"))
                    .containsSubsequence(joined("user:ann", 0), privately("ann", 1, "2"));
        }

        @Test
        void endsWithTheFirstMessageThatIsNoJoin() {
            var ann = open(ANN);

            ann.say("{'event':'ping'}");

            assertThat(ann.news())
                    .containsExactlyInAnyOrder(joined("news", 0), joined("user:ann", 0), "{\"event\":\"pong\"}")
                    .endsWith("{\"event\":\"pong\"}");
        }

        @Test
        void doesNotEndWithAJoin() {
            var ann = open(ANN);

            ann.say("{'event':'join','channel':'orders'}");

            assertThat(ann.news()).containsExactly(joined("orders", 0));
        }

        @Test
        void endsOnce() {
            var ann = open(ANN);

            ann.say("{'event':'ping'}");
            timer.endPauses();

            assertThat(ann.news()).hasSize(3);
        }

        @Test
        void endsForNobodyWhoIsGone() {
            var ann = open(ANN);
            ann.connection.closed("closed by the client");

            timer.endPauses();

            assertThat(ann.news()).isEmpty();
        }

        @Test
        void letsAClientResumeFirst() {
            publish("news", "1");
            publish("news", "2");
            publish("news", "3");
            var ann = open(ANN);
            publish("news", "4");

            ann.say(joinSince("news", 1));
            publish("news", "5");
            timer.endPauses();
            publish("news", "6");

            assertThat(ann.news()).startsWith(recovered("news", 4));
            assertThat(ann.news("news"))
                    .containsExactly(
                            message("news", 2, "2"),
                            message("news", 3, "3"),
                            message("news", 4, "4"),
                            message("news", 5, "5"),
                            message("news", 6, "6"));
            assertThat(ann.heard()).filteredOn(text -> text.contains("joined")).hasSize(2);
        }

        @Test
        void letsAClientResumeItsPrivateChannel() {
            tell("ann", "1");
            tell("ann", "2");
            var ann = open(ANN);

            ann.say("{'event':'join','channel':'private','since':{'epoch':'life.0','offset':1}}");
            tell("ann", "3");

            assertThat(ann.news())
                    .containsExactly(recovered("user:ann", 2), privately("ann", 2, "2"), privately("ann", 3, "3"));
        }

        /** The window's end tells the client of the two channels one after the other; a join may come in between. */
        @Test
        void doesNotStartWhatTheClientHasResumedMeanwhile() {
            publish("news", "1");
            tell("ann", "1");
            var ann = open(ANN);
            ann.whenSent("joined", () -> {
                ann.say(joinSince("news", 0));
                ann.say("{'event':'join','channel':'private','since':{'epoch':'life.0','offset':0}}");
            });

            timer.endPauses();

            assertThat(List.of("news", "user:ann"))
                    .allSatisfy(channel -> assertThat(ann.heard())
                            .filteredOn(
                                    text -> text.startsWith("{\"event\":\"joined\",\"channel\":\"" + channel + "\""))
                            .last()
                            .isEqualTo(recovered(channel, 1)));
        }
    }

    @Nested
    class Joining {

        @Test
        void beginsAtTheHead() {
            publish("orders", "1");
            var ann = open(ANN);

            ann.say("{'event':'join','channel':'orders','id':'j1'}");
            publish("orders", "2");

            assertThat(ann.news())
                    .containsExactly(
                            "{\"event\":\"joined\",\"id\":\"j1\",\"channel\":\"orders\",\"recovered\":false,\"head\":1,\"epoch\":\"life.0\"}",
                            message("orders", 2, "2"));
        }

        @ParameterizedTest
        @CsvSource({"another, 1, epoch", "life.0, 800, ahead", "life.0, 1, trimmed", "life.0, 149, limit"})
        void tellsWhyItIsNotRecovered(String epoch, long offset, String reason) {
            for (var n = 1; n <= 750; n++) {
                publish("orders", "" + n);
            }
            var ann = open(ANN);

            ann.say("{'event':'join','channel':'orders','since':{'epoch':'" + epoch + "','offset':" + offset + "}}");
            publish("orders", "751");

            assertThat(ann.news())
                    .containsExactly(
                            "{\"event\":\"joined\",\"channel\":\"orders\",\"recovered\":false,\"reason\":\"" + reason
                                    + "\",\"head\":750,\"epoch\":\"life.0\"}",
                            message("orders", 751, "751"));
        }

        @Test
        void startsOverForWhoIsInItAlready() {
            var ann = open(ANN);
            ann.say("{'event':'join','channel':'orders'}");
            publish("orders", "1");
            publish("orders", "2");

            ann.say(joinSince("orders", 1));
            publish("orders", "3");

            assertThat(ann.news())
                    .containsExactly(
                            joined("orders", 0),
                            message("orders", 1, "1"),
                            message("orders", 2, "2"),
                            recovered("orders", 2),
                            message("orders", 2, "2"),
                            message("orders", 3, "3"));
        }

        @Test
        void recoversMoreThanTheQueueHoldsAsThePeerReads() {
            for (var n = 1; n <= 500; n++) {
                publish("orders", "" + n);
            }
            var ann = open(ANN);

            ann.say(joinSince("orders", 0));
            publish("orders", "501");

            assertThat(ann.news("orders"))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, 501)
                            .mapToObj(n -> message("orders", n, "" + n))
                            .toList());
        }

        /** A client that reads all it gets, at the distance of a round trip, is no slow reader. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{'event':'ping'}",
                    "{'event':'join','channel':'other'}",
                    "{'event':'news','data':1,'id':'c1'}",
                    "{'event':'leave','channel':'other'}"
                })
        void leavesRoomForAnswersWhileItRecoversMuch(String then) {
            for (var n = 1; n <= 500; n++) {
                publish("orders", "" + n);
            }
            var ann = open(ANN);
            ann.doNotAnswerPings();

            ann.say(joinSince("orders", 0));
            ann.say(then);
            ann.answerPings();

            assertThat(ann.session.closes()).isEmpty();
            assertThat(ann.news("orders")).hasSize(500);
        }

        /** As above: what others say meanwhile is no reason to cut it off. */
        @Test
        void leavesRoomForTheOtherChannelsWhileItRecoversMuch() {
            for (var n = 1; n <= 500; n++) {
                publish("orders", "" + n);
            }
            var ann = open(ANN);
            timer.endPauses();
            ann.doNotAnswerPings();

            ann.say(joinSince("orders", 0));
            publish("news", "1");
            ann.answerPings();

            assertThat(ann.session.closes()).isEmpty();
            assertThat(ann.news("orders")).hasSize(500);
            assertThat(ann.news("news")).hasSize(1);
        }

        @Test
        void isForbiddenInAnothersPrivateChannel() {
            var ann = open(ANN);

            ann.say("{'event':'join','channel':'user:bob','id':'j1'}");
            ann.say("{'event':'join','channel':'user:bob','since':{'epoch':'life.0','offset':0}}");
            tell("bob", "1");

            assertThat(ann.news())
                    .hasSize(2)
                    .allSatisfy(text -> assertThat(text).contains("\"code\":\"channel-forbidden\""));
            assertThat(ann.session.closes()).isEmpty();
        }

        @Test
        void isAllowedInOnesOwnPrivateChannelByItsName() {
            var ann = open(ANN);

            ann.say("{'event':'join','channel':'user:ann'}");

            assertThat(ann.news()).containsExactly(joined("user:ann", 0));
        }

        @Test
        void isLimited() {
            var ann = open(ANN);
            for (var n = 0; n <= MAX_CHANNELS; n++) {
                ann.say("{'event':'join','channel':'room" + n + "','id':'j" + n + "'}");
            }
            ann.say("{'event':'join','channel':'news'}");
            ann.say("{'event':'join','channel':'room0'}");

            assertThat(ann.news()).hasSize(MAX_CHANNELS + 3);
            assertThat(ann.news().get(MAX_CHANNELS))
                    .startsWith("{\"event\":\"error\",\"id\":\"j2\",\"code\":\"too-many-channels\",");
            assertThat(ann.news().subList(MAX_CHANNELS + 1, MAX_CHANNELS + 3))
                    .containsExactly(joined("news", 0), joined("room0", 0));
        }

        @Test
        void isRefusedWhileTheApplicationIsBehind() {
            var ann = open(ANN);
            observers.behind = true;

            ann.say("{'event':'join','channel':'orders','id':'j1'}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"j1\",\"code\":\"overloaded\",");
        }
    }

    @Nested
    class Leaving {

        @Test
        void endsTheMessages() {
            var ann = started(ANN);
            ann.say("{'event':'join','channel':'orders'}");

            ann.say("{'event':'leave','channel':'orders','id':'l1'}");
            publish("orders", "1");

            assertThat(ann.news())
                    .containsExactly(joined("orders", 0), "{\"event\":\"left\",\"id\":\"l1\",\"channel\":\"orders\"}");
        }

        @Test
        void isPossibleForOnesOwnTwoChannels() {
            var ann = started(ANN);

            ann.say("{'event':'leave','channel':'news'}");
            ann.say("{'event':'leave','channel':'private'}");
            publish("news", "1");
            tell("ann", "1");

            assertThat(ann.news())
                    .containsExactly(
                            "{\"event\":\"left\",\"channel\":\"news\"}",
                            "{\"event\":\"left\",\"channel\":\"user:ann\"}");
        }

        @Test
        void isRefusedToWhoIsNotIn() {
            var ann = started(ANN);

            ann.say("{'event':'leave','channel':'orders','id':'l1'}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"l1\",\"code\":\"not-joined\",");
        }
    }
}
