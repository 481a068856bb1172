package dev.herald.api;

import static java.lang.annotation.ElementType.PARAMETER;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.enterprise.util.Nonbinding;
import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * Makes an observer of {@link Published} a durable one: it is called once for all nodes, and where it was is kept in the log's
 * database, so it goes on there after a restart.
 *
 * <pre>{@code
 * void write(@Observes @Once(name = "invoices", channel = "orders.*") Published published) {
 *     System.out.println(published.message().position() + ": " + published.message().data());
 * }
 * }</pre>
 *
 * <p><b>At least once.</b> The observer has seen a message when it has returned. When the server is killed before that is written, or
 * two nodes take each other for dead, the message comes again: an observer that must not do its work twice asks by channel and position
 * whether it is done.
 *
 * <p><b>In order.</b> The messages of one channel come one at a time, in the order of their offsets, and none is left out. Those of several
 * channels come side by side.
 *
 * <p><b>An observer that throws</b> is called again with the same message, after a pause of one second that grows to one minute. The later
 * messages of that channel wait for it, those of other channels do not. An operator can have it skipped (MBean {@code
 * DurableObservers}).
 *
 * <p><b>One node</b> of all calls the observer; when it is gone, the next one does. A message comes within some 250 ms. Messages
 * that retention removes before they were observed are missed, and the server's log says so.
 *
 * <p>Only messages of durable channels come; a name of a channel that is not durable fails the deployment. The observer is called on a
 * thread of the container's, with a request context, and no caller.
 */
@Qualifier
@Documented
@Retention(RUNTIME)
@Target(PARAMETER)
public @interface Once {

    /**
     * Names the place up to which this observer has seen each channel: 1 to 64 of {@code A-Z a-z 0-9 . _ -}. No two observers
     * of an application have the same. Under a new name an observer begins anew.
     */
    String name();

    /** The name of a channel, or a pattern over names, in which {@code *} stands for any characters. */
    String channel();

    /**
     * Whether an observer that is called for the first time also gets the messages that are in the log by then; otherwise it gets
     * only later ones.
     */
    @Nonbinding
    boolean fromBeginning() default false;
}
