package dev.herald.api;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * Makes a method of a bean the handler of one event that clients send. Its arguments are the client's, as Java types; what it
 * returns is the client's acknowledgement:
 *
 * <pre>{@code
 * @OnEvent("order")
 * @Namespace("/shop")
 * OrderAccepted order(NewOrder order, Person who) {
 *     return accept(order);
 * }
 * }</pre>
 *
 * <p>Without {@link Namespace} on the method or on its class, it handles the event in the main namespace. There is at most one
 * handler of an event in a namespace, and the method may have any access but {@code private}. A method that can never be called, or
 * that could not be called with what clients send, fails the deployment.
 *
 * <p><b>Parameters.</b> {@link Received}, {@link Person}, {@link Peer} and {@link Connection} are those of the event. All other
 * parameters are the client's arguments in their order:
 *
 * <ul>
 *   <li>{@code String}, numbers, {@code boolean}, {@code JsonValue} and its subtypes take just that: nothing is converted, and a number
 *       that does not fit its type is refused;
 *   <li>{@code byte[]}, also within records and lists, takes binary data;
 *   <li>records, other classes, {@code List}, {@code Map} and arrays are read by the container's JSON-B;
 *   <li>{@code Optional} is empty for {@code null}, and for an argument that the client left out. Other types are {@code null} then,
 *       but a primitive type is refused.
 * </ul>
 *
 * <p>Arguments that the client gave beyond the last parameter are ignored. The constraints of Jakarta Validation on parameters, and
 * those of the objects that they are read into, are checked before the method is called, where the server has Jakarta Validation.
 *
 * <p><b>The acknowledgement.</b> The value that is returned becomes the single argument of the client's acknowledgement function, written by
 * the rules above; an array or a list is one argument. {@code void} acknowledges without arguments, an empty {@code Optional} with
 * {@code null}. A {@code CompletionStage} acknowledges when it completes, with its value; later events of the connection do not wait
 * for it. To acknowledge with several arguments, call {@link Received#ack}: the first acknowledgement counts.
 *
 * <p><b>Errors.</b> Arguments that do not fit are acknowledged with {@code {"error": {"code": "invalid", "message", "fields"}}}; {@code fields}
 * has a sentence for each parameter or field that is wrong, at most 20. An {@link EventException} is acknowledged with its code and
 * sentence, any other exception with the code {@code server-error} and one line in the server's log.
 *
 * <p><b>Threads and order.</b> The handler is called where observers of {@link Received} are called, after them, with the same
 * promises (see {@link HeraldEvent}): the events of one connection one at a time, in a request context, with the interceptors of its bean.
 *
 * <p>A message for a channel is published, and acknowledged by Herald, before it is handled; so its handler's answer goes nowhere.
 */
@Documented
@Retention(RUNTIME)
@Target(METHOD)
public @interface OnEvent {

    /** The event's name, compared exactly. */
    String value();
}
