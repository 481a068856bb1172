package dev.herald.board;

import static dev.herald.board.Announcer.LOOK;
import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.ChannelName;
import dev.herald.api.Connected;
import dev.herald.api.Connection;
import dev.herald.api.Disconnected;
import dev.herald.api.Herald;
import dev.herald.api.Joined;
import dev.herald.api.On;
import dev.herald.api.Received;
import dev.herald.boardstore.BoardStore;
import dev.herald.concurrent.LimitedLog;
import dev.herald.concurrent.Pause;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Tells everyone when somebody comes or goes, welcomes newcomers, keeps the pages' lists of people up to date, and does for the
 * tutorials' pages what the tutorials' servers do. Switched off by {@code herald.board=false}.
 *
 * <p>Called by the threads of observers and by the timer, which hold no lock; looking who came and went is done by a thread of the
 * executor, as it waits for the database.
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

    private final LimitedLog failures = new LimitedLog(LOG);

    @Inject
    Herald herald;

    @Inject
    BoardStore store;

    @Resource
    ManagedScheduledExecutorService timer;

    @Resource
    ManagedExecutorService executor;

    boolean enabled = true;
    /** Whether one of several nodes announces who comes and goes. */
    boolean isShared;

    Attendance attendance;

    private final AtomicBoolean looking = new AtomicBoolean();
    private @Nullable Future<?> looks;

    @PostConstruct
    void configure() {
        enabled = BoardSwitch.isOn();
        isShared = store.present().isShared();
        attendance = new Attendance(herald, this::later, System::nanoTime, isShared);
    }

    /** Begins to announce who comes and goes on any node, if that is for this one to do. Called once, at the start. */
    public void open() {
        if (enabled && isShared) {
            var present = store.present();
            var announcer =
                    new Announcer(herald, attendance, present::isMine, present::all, present::write, System::nanoTime);
            looks = timer.scheduleWithFixedDelay(
                    () -> askForALook(announcer), LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** The timer does not wait for the database. */
    private void askForALook(Announcer announcer) {
        if (!looking.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(() -> look(announcer));
        } catch (RuntimeException e) {
            looking.set(false);
            LOG.log(DEBUG, "no thread is free to look who came and went; the next tick asks again", e);
        }
    }

    private void look(Announcer announcer) {
        try {
            announcer.look();
        } catch (RuntimeException | Error e) {
            failures.log(WARNING, "not everyone is told who came and went; it is tried again: " + e);
        } finally {
            looking.set(false);
        }
    }

    private void later(Runnable task, Duration delay) {
        Runnable logged = () -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.log(ERROR, "not everyone was told who came and went", e);
            }
        };
        Pause.then(timer, delay, logged);
    }

    @PreDestroy
    void stop() {
        attendance.stop();
        var last = looks;
        if (last != null) {
            last.cancel(false);
        }
    }

    void welcome(@Observes Connected connected) {
        if (!enabled) {
            return;
        }
        var connection = connected.connection();
        if (!isShared) {
            attendance.came(connection.person());
        }
        var welcome = "Welcome you are the " + connected.people() + " person here";
        herald.send(
                connection.id(),
                "private",
                Json.createObjectBuilder().add("msg", welcome).build());
    }

    void sayGoodbye(@Observes Disconnected disconnected) {
        if (enabled && !isShared) {
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
