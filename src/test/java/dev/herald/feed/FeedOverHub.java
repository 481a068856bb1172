package dev.herald.feed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.ChannelName;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import dev.herald.hub.ChannelKinds;
import dev.herald.hub.Draft;
import dev.herald.hub.Hub;
import dev.herald.hub.HubLimits;
import dev.herald.hub.MemoryDevices;
import dev.herald.hub.MemoryLog;
import dev.herald.request.Logins;
import dev.herald.request.Permission;
import dev.herald.request.Requests;
import dev.herald.testing.AdjustableClock;
import dev.herald.testing.BrokenLog;
import dev.herald.testing.FakeTimer;
import dev.herald.testing.ObserverDiary;
import dev.herald.testing.Tokens;
import jakarta.websocket.SendResult;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.BiConsumer;

/** A feed over a real hub, without a network: what the tests of the feed share. */
abstract class FeedOverHub {

    static final Clock CLOCK = Clock.fixed(Instant.parse("2026-02-03T04:05:06.789Z"), ZoneOffset.UTC);
    static final Person ANN = new Person("ann", "Ann");
    static final Person BOB = new Person("bob", "Bob");
    static final int MAX_CONNECTIONS = 3;
    static final int MAX_CHANNELS = 2;
    static final int REPLAYED = 600;

    final FakeTimer timer = new FakeTimer();
    final ObserverDiary observers = new ObserverDiary();
    final BrokenLog log = new BrokenLog(new MemoryLog("life", CLOCK, new MemoryLog.Bounds(700, 10_000_000, 100)));
    final MemoryDevices devices = new MemoryDevices();
    final Hub hub = new Hub(
            log,
            new ChannelKinds(List.of("typing:*"), List.of()),
            devices,
            observers,
            new HubLimits(MAX_CONNECTIONS, MAX_CHANNELS, REPLAYED),
            CLOCK,
            Runnable::run);
    /** At first the one that holds everywhere. */
    Permission permission = Permission::byChannel;

    final Sockets sockets = new Sockets(settings(), timer.asExecutor(), Runnable::run);
    final FeedSessions feed = new FeedSessions();
    final Tokens tokens = new Tokens();

    /** By which logins end. */
    final AdjustableClock clock = new AdjustableClock(CLOCK.instant());

    final Logins logins = new Logins(hub, clock, Runnable::run);

    /** Examines who wants to connect, and then calls the second one; lets everybody in at once unless a test says otherwise. */
    BiConsumer<ConnectionAttempt, Runnable> examination = (attempt, then) -> then.run();

    FeedOverHub() {
        feed.hub = hub;
        feed.requests = new Requests(hub, (asker, request) -> permission.decide(asker, request), tokens, logins);
        feed.admission = (attempt, then) -> examination.accept(attempt, then);
        feed.sockets = sockets;
    }

    static FeedSettings settings() {
        return new FeedSettings(
                1_000,
                16,
                100_000,
                Duration.ofSeconds(10),
                Duration.ofSeconds(25),
                Duration.ofSeconds(20),
                Duration.ofMillis(500));
    }

    Client open(Person person) {
        var session = new FakeSession().of(new PersonPrincipal(person));
        var client = new Client(session, feed.open(session.session()));
        client.answerPings();
        return client;
    }

    /** A client whose own two channels are started, and that has heard nothing since. */
    Client started(Person person) {
        var client = open(person);
        timer.endPauses();
        client.skip = client.session.texts().size();
        return client;
    }

    void publish(String channel, String json) {
        var unused = hub.publish(new Draft(new ChannelName(channel), "news", null, null, json, null));
    }

    void tell(String person, String json) {
        var unused = hub.publish(new Draft(ChannelName.ofUser(person), "private", null, person, json, null));
    }

    static String joinSince(String channel, long offset) {
        return "{'event':'join','channel':'" + channel + "','since':{'epoch':'life.0','offset':" + offset + "}}";
    }

    static String joined(String channel, long head) {
        return "{\"event\":\"joined\",\"channel\":\"" + channel + "\",\"recovered\":false,\"head\":" + head
                + ",\"epoch\":\"life.0\"}";
    }

    static String recovered(String channel, long head) {
        return "{\"event\":\"joined\",\"channel\":\"" + channel + "\",\"recovered\":true,\"head\":" + head
                + ",\"epoch\":\"life.0\"}";
    }

    static String message(String channel, long offset, String json) {
        return "{\"event\":\"news\",\"channel\":\"" + channel + "\",\"offset\":" + offset
                + ",\"epoch\":\"life.0\",\"at\":\"2026-02-03T04:05:06.789Z\",\"data\":" + json + "}";
    }

    static String privately(String person, long offset, String json) {
        return "{\"event\":\"private\",\"channel\":\"user:" + person + "\",\"offset\":" + offset
                + ",\"epoch\":\"life.0\",\"to\":\"" + person + "\",\"at\":\"2026-02-03T04:05:06.789Z\",\"data\":"
                + json + "}";
    }

    static String ack(String id, String channel, long offset, boolean duplicate) {
        return "{\"event\":\"ack\",\"id\":\"" + id + "\",\"channel\":\"" + channel + "\",\"offset\":" + offset
                + ",\"epoch\":\"life.0\",\"duplicate\":" + duplicate + ",\"kind\":\"memory\"}";
    }

    /** The peer of a session, which answers pings as all clients do. */
    static final class Client {

        final FakeSession session;
        final FeedConnection connection;
        /** How much of what it heard is of no more interest: at first the greeting. */
        int skip = 1;

        Client(FakeSession session, FeedConnection connection) {
            this.session = session;
            this.connection = connection;
        }

        String id() {
            return connection.connection().id();
        }

        /** Sends a message as one part; apostrophes stand for quotes. */
        void say(String message) {
            connection.receive(message.replace('\'', '"'), true);
        }

        void doNotAnswerPings() {
            session.whenPinging(payload -> {});
        }

        /** Answers the latest ping that it left unanswered, and all that will come. */
        void answerPings() {
            session.whenPinging(connection::pong);
            session.pings().stream().reduce((earlier, later) -> later).ifPresent(connection::pong);
        }

        /** Does this once, when a message that contains this goes out. */
        void whenSent(String part, Runnable what) {
            session.whenSending((text, handler) -> {
                if (text.contains(part)) {
                    session.completeInline();
                    what.run();
                }
                handler.onResult(new SendResult());
            });
        }

        List<String> heard() {
            return session.texts();
        }

        /** What it has heard, without the greeting. */
        List<String> news() {
            return heard().subList(skip, heard().size());
        }

        /** The messages of a channel that it has heard. */
        List<String> news(String channel) {
            return heard().stream()
                    .filter(text -> text.contains("\"channel\":\"" + channel + "\",\"offset\""))
                    .toList();
        }

        int closeCode() {
            assertThat(session.closes()).hasSize(1);
            return session.closes().get(0).getCloseCode().getCode();
        }
    }
}
