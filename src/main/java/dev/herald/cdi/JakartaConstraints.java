package dev.herald.cdi;

import static java.lang.System.Logger.Level.INFO;

import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.validation.Validation;
import jakarta.validation.ValidationException;
import jakarta.validation.Validator;
import jakarta.validation.ValidatorFactory;
import jakarta.validation.metadata.MethodDescriptor;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Constraints by Jakarta Validation. They are checked before the handler's interceptors are called, so that no transaction begins for arguments that are
 * wrong, and on each server alike.
 */
final class JakartaConstraints implements ConstraintCheck {

    private static final System.Logger LOG = System.getLogger(JakartaConstraints.class.getName());

    private final Validator validator;

    JakartaConstraints(Validator validator) {
        this.validator = validator;
    }

    /** The server's own ones; {@link ConstraintCheck#NONE} where it has none. */
    static ConstraintCheck find(BeanManager beans) {
        try {
            var factories = beans.createInstance().select(ValidatorFactory.class);
            var factory = factories.isResolvable() ? factories.get() : Validation.buildDefaultValidatorFactory();
            return new JakartaConstraints(factory.getValidator());
        } catch (ValidationException e) {
            LOG.log(INFO, "this server has no Jakarta Validation, so constraints on handlers are not checked: " + e);
            return NONE;
        }
    }

    @Override
    public void require(Object bean, Method method, @Nullable Object[] arguments) {
        var violations = new TreeMap<String, String>();
        var constraints = validator
                .getConstraintsForClass(method.getDeclaringClass())
                .getConstraintsForMethod(method.getName(), method.getParameterTypes());
        if (constraints != null) {
            validator
                    .forExecutables()
                    .validateParameters(bean, method, arguments)
                    .forEach(violation -> note(violations, "", violation));
        }
        for (var n = 0; n < arguments.length; n++) {
            var argument = arguments[n];
            if (argument != null && !isCascaded(constraints, n)) {
                requireOwn(argument, method.getParameters()[n].getName(), violations);
            }
        }
        if (!violations.isEmpty()) {
            throw new InvalidArgumentsException(violations);
        }
    }

    private static boolean isCascaded(@Nullable MethodDescriptor constraints, int parameter) {
        return constraints != null
                && constraints.getParameterDescriptors().get(parameter).isCascaded();
    }

    /** The constraints of an argument's class hold also if the parameter does not say {@code @Valid}. */
    private void requireOwn(Object argument, String name, Map<String, String> violations) {
        if (validator.getConstraintsForClass(argument.getClass()).isBeanConstrained()) {
            validator.validate(argument).forEach(violation -> note(violations, name, violation));
        }
    }

    @Override
    public Optional<Map<String, String>> violations(Throwable thrown) {
        if (!(thrown instanceof ConstraintViolationException e)
                || e.getConstraintViolations() == null
                || e.getConstraintViolations().isEmpty()
                || e.getConstraintViolations().stream().anyMatch(JakartaConstraints::isOfResult)) {
            return Optional.empty();
        }
        var violations = new TreeMap<String, String>();
        e.getConstraintViolations().forEach(violation -> note(violations, "", violation));
        return Optional.of(violations);
    }

    private static boolean isOfResult(ConstraintViolation<?> violation) {
        return StreamSupport.stream(violation.getPropertyPath().spliterator(), false)
                .anyMatch(node -> node.getKind() == ElementKind.RETURN_VALUE);
    }

    private static void note(Map<String, String> violations, String name, ConstraintViolation<?> violation) {
        violations.putIfAbsent(path(name, violation.getPropertyPath()), violation.getMessage());
    }

    /** For example {@code order.lines[2].count}, beginning with the parameter's name. */
    private static String path(String name, Path path) {
        var text = new StringBuilder(name);
        for (var node : path) {
            if (node.getKind() == ElementKind.METHOD || node.getKind() == ElementKind.CONSTRUCTOR) {
                continue;
            }
            if (node.isInIterable()) {
                text.append('[')
                        .append(node.getIndex() == null ? node.getKey() : node.getIndex())
                        .append(']');
            }
            if (node.getName() != null && node.getKind() != ElementKind.CONTAINER_ELEMENT) {
                text.append(text.isEmpty() ? "" : ".").append(node.getName());
            }
        }
        return text.toString();
    }
}
