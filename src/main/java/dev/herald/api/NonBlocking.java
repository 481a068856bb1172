package dev.herald.api;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * Says of an observer of {@link Received}, or of a handler ({@link OnEvent}), that it never waits: for a database, a service, a
 * lock that is held for long, or an answer of a client. Then it may be called on the thread that has read the message, which saves
 * the hand-over to another thread.
 *
 * <pre>{@code
 * @NonBlocking
 * @OnEvent("echo")
 * JsonValue echo(JsonValue data) { return data; }
 * }</pre>
 *
 * <p>All that is promised of observers holds (see {@link HeraldEvent}): the order of a connection's events, the request context, JNDI
 * names, transactions. When not all who are called for an event are non-blocking, or earlier events of the connection wait, the event
 * is handed over as if this was not said.
 *
 * <p>One that waits nevertheless holds up the reading of its connection, and on some servers that of others. One that waits for an answer of
 * its own client does not get it.
 */
@Documented
@Retention(RUNTIME)
@Target(METHOD)
public @interface NonBlocking {}
