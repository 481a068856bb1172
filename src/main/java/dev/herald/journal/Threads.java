package dev.herald.journal;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The container's threads.
 *
 * @param executor lends threads that may wait for the database
 * @param timer may have a single thread: what it runs does not wait
 */
public record Threads(Executor executor, ScheduledExecutorService timer) {}
