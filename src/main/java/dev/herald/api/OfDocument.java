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
 * Narrows an observer of {@link DocumentChanged} to some documents:
 *
 * <pre>{@code
 * void bill(@Observes @OfDocument("cart-*") DocumentChanged changed) {
 *     System.out.println(changed.name() + " is at version " + changed.version());
 * }
 * }</pre>
 */
@Qualifier
@Documented
@Retention(RUNTIME)
@Target({PARAMETER, FIELD, METHOD, TYPE})
public @interface OfDocument {

    /**
     * A document's name, or a pattern over names, in which {@code *} stands for any characters, or none. One that fits no document
     * fails the deployment.
     */
    String value();

    /** An {@link OfDocument} to select with in a program. */
    @SuppressWarnings("serial") // an annotation literal is never serialised here
    final class Literal extends AnnotationLiteral<OfDocument> implements OfDocument {

        private final String value;

        /** One for these documents. */
        public Literal(String value) {
            this.value = value;
        }

        @Override
        public String value() {
            return value;
        }
    }
}
