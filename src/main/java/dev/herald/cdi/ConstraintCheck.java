package dev.herald.cdi;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The constraints that the application puts on its handlers' arguments. Any thread may ask; the application's own constraints are called. */
interface ConstraintCheck {

    /** Where there is no Jakarta Validation. */
    ConstraintCheck NONE = new ConstraintCheck() {
        @Override
        public void require(Object bean, Method method, @Nullable Object[] arguments) {
            // There are no constraints.
        }

        @Override
        public Optional<Map<String, String>> violations(Throwable thrown) {
            return Optional.empty();
        }
    };

    /**
     * Passes arguments that keep the constraints of their parameters, and those of their own classes.
     *
     * @throws InvalidArgumentsException when they do not
     */
    void require(Object bean, Method method, @Nullable Object[] arguments);

    /**
     * What is wrong with which argument, as in {@link ErrorAnswer#invalid}, if this exception is how the container says that arguments break
     * their constraints. That a returned value does is no mistake of the client's.
     */
    Optional<Map<String, String>> violations(Throwable thrown);
}
