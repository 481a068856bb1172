package dev.herald.feed;

import static java.lang.System.Logger.Level.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.testing.ErrorLog;
import dev.herald.testing.QuietLog;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of the feed get of the past: {@code docs/feed.md}, "Devices" and "History". */
class FeedPastTest extends FeedOverHub {

    /** {@code docs/feed.md}, "Lists". */
    @Test
    void whoTakesListsGetsWhatWaitedTogether() {
        publish("news", "1");
        publish("news", "2");
        var session = new FakeSession().of(new PersonPrincipal(ANN)).with("lists", "true");
        var client = new Client(session, feed.open(session.session()));
        client.answerPings();

        client.say(joinSince("news", 0));

        assertThat(client.news())
                .containsExactly("[" + recovered("news", 2) + "," + message("news", 1, "1") + ","
                        + message("news", 2, "2") + "]");
    }

    /** {@code docs/feed.md}, "Devices". */
    @Nested
    class ADevice {

        private Client device(Person person, String name) {
            var session = new FakeSession().of(new PersonPrincipal(person)).with("device", name);
            var client = new Client(session, feed.open(session.session()));
            client.answerPings();
            return client;
        }

        private Client started(Person person, String name) {
            var client = device(person, name);
            timer.endPauses();
            return client;
        }

        private static String joinedOwn(boolean recovered, String reason, long since, long head) {
            return "{\"event\":\"joined\",\"channel\":\"user:ann\",\"recovered\":" + recovered
                    + (reason.isEmpty() ? "" : ",\"reason\":\"" + reason + "\"") + ",\"since\":" + since
                    + ",\"head\":" + head + ",\"epoch\":\"life.0\"}";
        }

        @Test
        void getsThePrivateMessagesThatWereNotSeenOnIt() {
            tell("ann", "1");
            tell("ann", "2");
            var phone = started(ANN, "phone-1");
            phone.say("{'event':'seen','offset':1,'epoch':'life.0','id':'s1'}");
            phone.connection.closed("lost");

            var back = started(ANN, "phone-1");

            assertThat(phone.news())
                    .contains(joinedOwn(true, "", 0, 2), privately("ann", 1, "1"), privately("ann", 2, "2"))
                    .endsWith(
                            "{\"event\":\"ack\",\"id\":\"s1\",\"channel\":\"user:ann\",\"offset\":1,\"epoch\":\"life.0\"}");
            assertThat(back.news())
                    .contains(joinedOwn(true, "", 1, 2), privately("ann", 2, "2"))
                    .doesNotContain(privately("ann", 1, "1"));
        }

        @Test
        void isToldWhenMessagesAreMissingAndGetsTheOthers() {
            for (var n = 1; n <= REPLAYED + 2; n++) {
                tell("ann", "" + n);
            }

            var phone = started(ANN, "phone-1");

            assertThat(phone.news()).contains(joinedOwn(false, "limit", 2, REPLAYED + 2));
            assertThat(phone.news("user:ann"))
                    .hasSize(REPLAYED)
                    .startsWith(privately("ann", 3, "3"))
                    .endsWith(privately("ann", REPLAYED + 2, "" + (REPLAYED + 2)));
        }

        @Test
        void getsWhatItsClientAsksForInstead() {
            tell("ann", "1");
            tell("ann", "2");
            var phone = device(ANN, "phone-1");

            phone.say(joinSince("private", 1));
            timer.endPauses();

            assertThat(phone.news())
                    .contains(recovered("user:ann", 2), privately("ann", 2, "2"))
                    .doesNotContain(privately("ann", 1, "1"));
        }

        @Test
        void withoutANameIsNoneAndSeesNothing() {
            tell("ann", "1");
            var ann = FeedPastTest.this.started(ANN);

            ann.say("{'event':'seen','offset':1,'id':'s1'}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"s1\",\"code\":\"device-unknown\",");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"", "my phone", "a/b", "12345678901234567890123456789012345678901234567890123456789012345"})
        void ofAWrongNameIsNoneAndTheConnectionLives(String name) {
            tell("ann", "1");

            var ann = started(ANN, name);

            assertThat(ann.news()).first().asString().startsWith("{\"event\":\"error\",\"code\":\"device-invalid\",");
            assertThat(ann.news()).contains(joined("user:ann", 1));
            assertThat(ann.session.closes()).isEmpty();
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "`epoch`:`life.0`|seen-invalid",
                    "`offset`:2|seen-invalid",
                    "`offset`:-1|seen-invalid",
                    "`offset`:`1`|seen-invalid",
                    "`offset`:1.0|seen-invalid",
                    "`offset`:null|seen-invalid",
                    "`offset`:99999999999999999999|seen-invalid",
                    "`offset`:1,`epoch`:`another`|seen-invalid",
                    "`offset`:1,`epoch`:``|seen-invalid",
                    "`offset`:1,`epoch`:5|malformed"
                })
        void hasNotSeenWhatIsNotThere(String members, String code) {
            tell("ann", "1");
            var ann = started(ANN, "phone-1");
            ann.skip = ann.heard().size();

            ann.say("{'event':'seen','id':'s1'," + members.replace('`', '\'') + "}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"s1\",\"code\":\"" + code + "\",");
            assertThat(ann.session.closes()).isEmpty();
        }

        @Test
        void hearsNothingOfWhatIsSeenWithoutAnId() {
            tell("ann", "1");
            var ann = started(ANN, "phone-1");
            ann.skip = ann.heard().size();

            ann.say("{'event':'seen','offset':1}");

            assertThat(ann.news()).isEmpty();
        }

        @Test
        void isTurnedAwayWhileTheDatabaseDoesNotAnswer() {
            devices.gone = true;

            assertThat(device(ANN, "phone-1").closeCode()).isEqualTo(1013);
            QuietLog.expect(WARNING, "connections are turned away", "the devices are gone");
        }

        @Test
        void isToldWhenItIsNotKeptWhatWasSeen() {
            tell("ann", "1");
            var ann = started(ANN, "phone-1");
            ann.skip = ann.heard().size();
            devices.gone = true;

            ann.say("{'event':'seen','offset':1,'id':'s1'}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"s1\",\"code\":\"log-unavailable\",");
        }
    }

    /** {@code docs/feed.md}, "History". */
    @Nested
    class TheHistory {

        @Test
        void isAPageOfTheSameObjectsThatWerePushed() {
            for (var n = 1; n <= 4; n++) {
                publish("orders", "{\"n\": " + n + "}");
            }
            var ann = started(ANN);

            ann.say("{'event':'history','channel':'orders','before':4,'limit':2,'id':'h1'}");

            assertThat(ann.news())
                    .containsExactly("{\"event\":\"history\",\"id\":\"h1\",\"channel\":\"orders\",\"messages\":["
                            + message("orders", 3, "{\"n\": 3}") + "," + message("orders", 2, "{\"n\": 2}")
                            + "],\"head\":4,\"epoch\":\"life.0\"}");
        }

        @Test
        void ofTheOwnPrivateChannelIsAskedForByItsShortNameAndNeedsNoId() {
            var ann = started(ANN);

            ann.say("{'event':'history','channel':'private'}");

            assertThat(ann.news())
                    .containsExactly(
                            "{\"event\":\"history\",\"channel\":\"user:ann\",\"messages\":[],\"head\":0,\"epoch\":\"life.0\"}");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "`channel`:`user:bob`|channel-forbidden",
                    "`before`:1|channel-invalid",
                    "`channel`:`orders`,`before`:`5`|history-invalid",
                    "`channel`:`orders`,`before`:null|history-invalid",
                    "`channel`:`orders`,`before`:1.5|history-invalid",
                    "`channel`:`orders`,`limit`:0|history-invalid",
                    "`channel`:`orders`,`limit`:1001|history-invalid"
                })
        void isRefusedAndTheConnectionLives(String members, String code) {
            var ann = started(ANN);

            ann.say("{'event':'history','id':'h1'," + members.replace('`', '\'') + "}");

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"h1\",\"code\":\"" + code + "\",");
            assertThat(ann.session.closes()).isEmpty();
        }

        @Test
        void isRefusedWhileTheLogCannotBeRead() {
            var ann = started(ANN);
            log.failure = new IllegalStateException("the database is gone");
            try (var errors = new ErrorLog("dev.herald.hub")) {
                ann.say("{'event':'history','channel':'orders','id':'h1'}");

                assertThat(errors.lines()).hasSize(1);
            }

            assertThat(ann.news())
                    .singleElement()
                    .asString()
                    .startsWith("{\"event\":\"error\",\"id\":\"h1\",\"code\":\"log-unavailable\",");
            assertThat(ann.session.closes()).isEmpty();
        }

        @Test
        void isRefusedWhenItDoesNotFitIntoTheQueueAndMayBeAskedForAgain() {
            for (var n = 1; n <= 3; n++) {
                publish("orders", "\"" + "x".repeat(25_000) + "\"");
            }
            var ann = started(ANN);
            ann.session.hold();

            for (var n = 1; n <= 3; n++) {
                ann.say("{'event':'history','channel':'orders','id':'h" + n + "'}");
            }
            ann.session.complete();
            ann.session.complete();
            ann.session.completeInline();
            ann.session.complete();
            ann.say("{'event':'history','channel':'orders','id':'h4'}");

            assertThat(ann.session.closes()).isEmpty();
            assertThat(ann.news())
                    .extracting(text -> text.substring(0, Math.min(text.length(), 47)))
                    .satisfiesExactly(
                            first -> assertThat(first).startsWith("{\"event\":\"history\",\"id\":\"h1\""),
                            second -> assertThat(second).startsWith("{\"event\":\"history\",\"id\":\"h2\""),
                            third -> assertThat(third)
                                    .startsWith("{\"event\":\"error\",\"id\":\"h3\",\"code\":\"overloaded\""),
                            fourth -> assertThat(fourth).startsWith("{\"event\":\"history\",\"id\":\"h4\""));
        }
    }
}
