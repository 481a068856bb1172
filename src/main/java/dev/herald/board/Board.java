package dev.herald.board;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.Herald;
import dev.herald.api.Joined;
import dev.herald.api.On;
import dev.herald.api.Received;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Tells everyone when somebody comes or goes, welcomes newcomers, keeps the pages' lists of people up to date, and does for the
 * tutorials' pages what the tutorials' servers do. Switched off by {@code herald.board=false}.
 */
@ApplicationScoped
public class Board {

    /**
     * A connection that joins this channel gets the event {@code people} with the list, and then each change: {@code online} or
     * {@code offline} for one person, {@code changed} for several, {@code people} again for very many. All have the {@code
     * count} of people.
     */
    public static final ChannelName PEOPLE = new ChannelName("people");

    /** The most people that a list names. The count of people is not bounded by it. */
    static final int LISTED_PEOPLE = Attendance.LISTED_PEOPLE;

    private static final System.Logger LOG = System.getLogger(Board.class.getName());

    @Inject
    Herald herald;

    @Resource
    ManagedScheduledExecutorService timer;

    boolean enabled = true;
    Attendance attendance;

    @PostConstruct
    void configure() {
        enabled = BoardSwitch.isOn();
        attendance = new Attendance(herald, this::later, System::nanoTime);
    }

    private void later(Runnable task, Duration delay) {
        Runnable logged = () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.log(ERROR, "not everyone was told who came and went", e);
            }
        };
        var unused = timer.schedule(logged, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    @PreDestroy
    void stop() {
        attendance.stop();
    }

    void welcome(@Observes Connected connected) {
        if (!enabled) {
            return;
        }
        var connection = connected.connection();
        attendance.came(connection.person(), connected.first());
        var welcome = "Welcome you are the " + connected.people() + " person here";
        herald.send(
                connection.id(),
                "private",
                Json.createObjectBuilder().add("msg", welcome).build());
    }

    void sayGoodbye(@Observes Disconnected disconnected) {
        if (enabled) {
            attendance.went(disconnected.connection().person());
        }
    }

    void listPeople(@Observes Joined joined) {
        if (enabled && joined.channel().equals(PEOPLE)) {
            attendance.list(joined.connection().id());
        }
    }

    /** As in the tutorials: what one page sends as {@code data} goes to all the others. */
    void share(@Observes @On("data") Received data) {
        if (enabled && data.channel() == null) {
            var others = herald.in(Connection.MAIN).except(data.connection().id());
            data.ack(others.emit("data", data.arguments().toArray(JsonValue[]::new))
                    .thenApply(receipts -> receipts.get(0)));
        }
    }

    /** As in the tutorials: the server logs what a page sends to nobody in particular. */
    void hear(@Observes @On("private") Received message) {
        if (enabled && message.to() == null) {
            LOG.log(DEBUG, () -> message.person().id() + " says " + message.json());
            message.ack();
        }
    }
}
