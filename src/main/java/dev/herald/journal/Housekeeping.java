package dev.herald.journal;

import java.util.function.BooleanSupplier;

/**
 * Who does what is done once for all servers that use a database: trimming the log, and forgetting clients that do not come back. It does
 * no harm when two do it for a moment.
 *
 * @param isShared whether other servers use the database on purpose; otherwise it is worth a line that one does
 * @param isMine whether it is this server that does it now; asked by any thread, with any lock held
 */
public record Housekeeping(boolean isShared, BooleanSupplier isMine) {

    /** Of a server that is alone. */
    public static final Housekeeping ALONE = new Housekeeping(false, () -> true);
}
