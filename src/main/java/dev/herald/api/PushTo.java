package dev.herald.api;

import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.enterprise.inject.Stereotype;
import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * Binds the objects of a record, or another class, to a channel: fire one as a CDI event, and all who are in the channel get it.
 *
 * <pre>{@code
 * @PushTo(channel = "orders.{region}", event = "created")
 * public record OrderCreated(String region, int number) {}
 * …
 * @Inject Event<OrderCreated> created;
 * …
 * created.fire(new OrderCreated("north", 7));
 * }</pre>
 *
 * <p>What holds for {@link News} holds here: fired inside a transaction it goes out after the commit. The object becomes JSON as
 * {@link ToChannel} says. Who fires it gets an {@link IllegalArgumentException} when this object cannot be sent: when a component
 * of the name is {@code null}, there is no channel or person of that name, or JSON-B cannot write the object.
 *
 * <p>In {@link #channel} and {@link #person}, {@code {region}} stands for what the public method {@code region()}, {@code getRegion()}
 * or {@code isRegion()} returns, as text. What cannot be is an error at deployment, in one line: an event's name that is reserved, a
 * component that the class does not have, a channel that there cannot be.
 *
 * <p>Objects of subclasses are sent, too. The class is no bean. It must be in a jar or WAR in which the container looks for beans.
 */
@Documented
@Retention(RUNTIME)
@Target(TYPE)
@Stereotype // so that containers find classes that are no beans
public @interface PushTo {

    /** The channel; clients must be able to join it. Either this or {@link #person}. */
    String channel() default "";

    /** The {@linkplain Person#id() id} of the only person who gets it, on all connections, now or later. */
    String person() default "";

    /** The event's name, as for {@link Herald#publish}. */
    String event();
}
