package dev.herald.transaction;

/**
 * Whether, and where, messages are written by the transactions that publish them.
 *
 * @param isUsed whether messages go by the outbox
 * @param dataSource the JNDI name of the application's data source; may be empty when it is not used
 * @param migrates whether Herald makes the outbox's tables, and brings them up to date
 */
public record OutboxSettings(boolean isUsed, String dataSource, boolean migrates) {

    /** No outbox. */
    public static final OutboxSettings NONE = new OutboxSettings(false, "", true);

    public OutboxSettings {
        if (isUsed && dataSource.isBlank()) {
            throw new IllegalArgumentException(
                    "herald.outbox=true needs herald.outbox.datasource, the JNDI name of the application's data source");
        }
    }
}
