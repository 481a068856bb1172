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
 * Narrows an observer of {@link Received} to the events of one name:
 *
 * <pre>{@code
 * void onData(@Observes @On("data") Received message) {
 *     System.out.println(message.data());
 * }
 * }</pre>
 */
@Qualifier
@Documented
@Retention(RUNTIME)
@Target({PARAMETER, FIELD, METHOD, TYPE})
public @interface On {

    /** The event's name, compared exactly. */
    String value();

    /** An {@link On} to select with in a program. */
    @SuppressWarnings("serial") // an annotation literal is never serialised here
    final class Literal extends AnnotationLiteral<On> implements On {

        private final String value;

        /** The qualifier for the events of one name. */
        public Literal(String value) {
            this.value = value;
        }

        @Override
        public String value() {
            return value;
        }
    }
}
