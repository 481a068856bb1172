package dev.herald.cdi;

import static dev.herald.cdi.FakeObserver.proxy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ElementKind;
import jakarta.validation.Path;
import jakarta.validation.Validator;
import jakarta.validation.executable.ExecutableValidator;
import jakarta.validation.metadata.BeanDescriptor;
import jakarta.validation.metadata.MethodDescriptor;
import jakarta.validation.metadata.ParameterDescriptor;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** With a validator that finds what it is told to; a real one is on the servers. */
class JakartaConstraintsTest {

    private final Set<ConstraintViolation<?>> ofMethod = new HashSet<>();
    private final Set<ConstraintViolation<?>> ofObject = new HashSet<>();
    private final List<Object> validated = new ArrayList<>();
    private boolean isMethodConstrained = true;
    private boolean isCascaded;
    private boolean isClassConstrained = true;
    private final ConstraintCheck constraints = new JakartaConstraints(validator());

    @SuppressWarnings("unused") // a handler
    private static void order(String order) {}

    private static Method method() {
        try {
            return JakartaConstraintsTest.class.getDeclaredMethod("order", String.class);
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    private Validator validator() {
        return proxy(Validator.class, (name, arguments) -> switch (name) {
            case "getConstraintsForClass" -> descriptor();
            case "forExecutables" ->
                proxy(ExecutableValidator.class, (n, all) -> {
                    validated.add("method");
                    return ofMethod;
                });
            case "validate" -> {
                validated.add(arguments[0]);
                yield ofObject;
            }
            default -> throw new UnsupportedOperationException(name);
        });
    }

    private BeanDescriptor descriptor() {
        var parameter = proxy(ParameterDescriptor.class, (name, arguments) -> isCascaded);
        var method = proxy(MethodDescriptor.class, (name, arguments) -> List.of(parameter));
        return proxy(BeanDescriptor.class, (name, arguments) -> switch (name) {
            case "isBeanConstrained" -> isClassConstrained;
            default -> isMethodConstrained ? method : null;
        });
    }

    private static Path.Node node(ElementKind kind, @Nullable String name, @Nullable Object index) {
        return proxy(Path.Node.class, (method, arguments) -> switch (method) {
            case "getKind" -> kind;
            case "getName" -> name;
            case "isInIterable" -> index != null;
            case "getIndex" -> index instanceof Integer ? index : null;
            case "getKey" -> index instanceof Integer ? null : index;
            default -> throw new UnsupportedOperationException(method);
        });
    }

    private static ConstraintViolation<?> violation(String message, Path.Node... nodes) {
        var path = proxy(
                Path.class,
                (name, arguments) -> name.equals("iterator")
                        ? List.of(nodes).iterator()
                        : List.of(nodes).spliterator());
        return proxy(
                ConstraintViolation.class,
                (name, arguments) ->
                        name.equals("getPropertyPath") ? path : name.equals("getMessage") ? message : null);
    }

    private static final Path.Node METHOD = node(ElementKind.METHOD, "order", null);
    private static final Path.Node PARAMETER = node(ElementKind.PARAMETER, "order", null);

    private Map<String, String> fields() {
        var fields = new ArrayList<Map<String, String>>();
        assertThatThrownBy(() -> constraints.require(this, method(), new Object[] {"tea"}))
                .isInstanceOfSatisfying(InvalidArgumentsException.class, e -> fields.add(e.fields()));
        return fields.get(0);
    }

    @Test
    void fieldsAreNamedFromTheParameterOn() {
        ofMethod.add(violation("must not be null", METHOD, PARAMETER));
        ofMethod.add(violation(
                "must be positive",
                METHOD,
                PARAMETER,
                node(ElementKind.PROPERTY, "lines", null),
                node(ElementKind.PROPERTY, "count", 2)));
        ofMethod.add(violation(
                "must not be blank",
                METHOD,
                PARAMETER,
                node(ElementKind.PROPERTY, "words", null),
                node(ElementKind.CONTAINER_ELEMENT, "<map value>", "名前")));

        assertThat(fields())
                .isEqualTo(Map.of(
                        "order", "must not be null",
                        "order.lines[2].count", "must be positive",
                        "order.words[名前]", "must not be blank"));
    }

    @Test
    void theConstraintsOfAnObjectHoldWithoutValidOnItsParameter() {
        isMethodConstrained = false;
        ofObject.add(violation("must be positive", node(ElementKind.PROPERTY, "count", null)));

        assertThat(fields()).isEqualTo(Map.of("order.count", "must be positive"));
        assertThat(validated).containsExactly("tea");
    }

    @Test
    void nothingIsCheckedTwice() {
        isCascaded = true;

        assertThatCode(() -> constraints.require(this, method(), new Object[] {"tea"}))
                .doesNotThrowAnyException();

        assertThat(validated).containsExactly("method");
    }

    @Test
    void whatHasNoConstraintsIsNotChecked() {
        isMethodConstrained = false;
        isClassConstrained = false;

        constraints.require(this, method(), new Object[] {"tea"});
        constraints.require(this, method(), new Object[] {null});

        assertThat(validated).isEmpty();
    }

    @Test
    void whatTheContainerFindsInArgumentsIsInvalidAsWell() {
        var found = violation("must not be null", METHOD, PARAMETER);

        assertThat(constraints.violations(new ConstraintViolationException(Set.of(found))))
                .contains(Map.of("order", "must not be null"));
    }

    @Test
    void whatItFindsInAReturnedValueIsNoMistakeOfTheClients() {
        var found = violation("must not be null", METHOD, node(ElementKind.RETURN_VALUE, "<return value>", null));

        assertThat(constraints.violations(new ConstraintViolationException(Set.of(found))))
                .isEmpty();
        assertThat(constraints.violations(new ConstraintViolationException("none", null)))
                .isEmpty();
        assertThat(constraints.violations(new IllegalStateException())).isEmpty();
    }
}
