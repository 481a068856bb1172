package dev.herald.api;

import static java.lang.annotation.ElementType.FIELD;
import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.PARAMETER;
import static java.lang.annotation.ElementType.TYPE;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;

/**
 * Makes an observer observe one namespace of Socket.IO. The namespace then exists:
 *
 * <pre>{@code
 * void order(@Observes @On("order") @Namespace("/shop") Received message) {
 *     message.ack();
 * }
 * }</pre>
 *
 * <p>In a name, {@code *} stands for any characters: all namespaces whose name fits exist, and clients may connect to any of them.
 * {@link Connection#namespace} says which it is:
 *
 * <pre>{@code
 * void order(@Observes @On("order") @Namespace("/tenant-*") Received message) {
 *     herald.in(message.connection().namespace()).emit("ordered", message.data());
 * }
 * }</pre>
 *
 * <p>Without it, an observer observes the main namespace. {@link Published} is about channels, and is observed in all
 * namespaces.
 */
@Qualifier
@Documented
@Retention(RUNTIME)
@Target({PARAMETER, FIELD, METHOD, TYPE})
public @interface Namespace {

    /** The name of all namespaces together. */
    String ALL = "*";

    /** The namespace's name, which begins with {@code /}, or a pattern; {@value #ALL} for all that there are anyway. */
    String value();

    /** A {@link Namespace} to select with in a program. */
    @SuppressWarnings("serial") // an annotation literal is never serialised here
    final class Literal extends AnnotationLiteral<Namespace> implements Namespace {

        private final String value;

        /** The qualifier for one namespace. */
        public Literal(String value) {
            this.value = value;
        }

        @Override
        public String value() {
            return value;
        }
    }
}
