package dev.herald.socketio;

import dev.herald.api.ChannelName;
import dev.herald.api.Connection;
import dev.herald.api.Position;
import dev.herald.hub.Member;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One client's membership of the hub, whose end may come before its beginning, by a bean that hears of the client while it is
 * admitted. Any thread may call, with no lock of this package.
 */
final class HubMembership {

    private final Connection connection;
    private final boolean isProven;
    private final ClientQueue queue;
    private final RecoveryOffsets offsets;
    private final RecordKeeper keeper;

    /** Held from the first word of the end to the last: who waits for it finds everything ended. Taken before all other locks. */
    private final Object ending = new Object();

    /** Why it has ended; {@code null} before. Guarded by "ending". */
    private @Nullable String endReason;

    /** Whether the client may come back. Guarded by "ending". */
    private boolean mayReturn;

    private volatile @Nullable Member member;

    /** @param isProven whether the connection's person is */
    HubMembership(
            Connection connection, boolean isProven, ClientQueue queue, RecoveryOffsets offsets, RecordKeeper keeper) {
        this.connection = connection;
        this.isProven = isProven;
        this.queue = queue;
        this.offsets = offsets;
        this.keeper = keeper;
    }

    /**
     * The hub has admitted the client. If it has ended already, it leaves the hub again.
     *
     * @param begun called if it has not, while an end would wait
     */
    void begin(Member admitted, Runnable begun) {
        synchronized (ending) {
            if (connection.isMain()) {
                queue.number(admitted.privateChannel());
            }
            member = admitted;
            if (endReason != null) {
                leaveHub(admitted, endReason);
            } else {
                begun.run();
            }
        }
        keeper.work();
    }

    /** What the client is in the hub; {@code null} while it is being admitted. */
    @Nullable
    Member memberIfAdmitted() {
        return member;
    }

    /** What the client is in the hub. */
    Member member() {
        var admitted = member;
        if (admitted == null) {
            throw new IllegalStateException(
                    "packets come when the client knows that it is connected, and so is a member");
        }
        return admitted;
    }

    /** How the client is now; {@code null} when it has ended. */
    @Nullable
    ClientRecord record() {
        var begins = member().places();
        var numbers = queue.numbers(begins.keySet());
        return numbers == null ? null : record(begins, numbers);
    }

    private ClientRecord record(Map<ChannelName, Position> begins, RecoveryOffsets.Numbers numbers) {
        return new ClientRecord(connection, isProven, connection.state().attributes(), begins, numbers);
    }

    /**
     * Ends it: the first call counts, and others wait for it.
     *
     * @param mayReturn whether the client may come back and go on where it was
     * @return whether this was the first call
     */
    boolean end(String reason, boolean mayReturn) {
        synchronized (ending) {
            if (endReason != null) {
                return false;
            }
            endReason = reason;
            this.mayReturn = mayReturn;
            queue.close();
            var admitted = member;
            if (admitted != null) {
                leaveHub(admitted, reason);
            }
        }
        keeper.work();
        return true;
    }

    private void leaveHub(Member admitted, String reason) {
        var begins = admitted.disconnect(reason);
        if (mayReturn) {
            // The queue is closed: nobody else writes offsets any more.
            var last = record(begins, offsets.numbers(begins.keySet()));
            keeper.suspend(last, new Recoveries.Suspended(connection, isProven, begins, offsets, System.nanoTime()));
        } else {
            keeper.noteForgotten();
        }
    }
}
