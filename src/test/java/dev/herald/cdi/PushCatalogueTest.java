package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.PushTo;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PushCatalogueTest {

    @PushTo(channel = "orders", event = "created")
    record Created(int number) {}

    @PushTo(channel = "orders.{zone}", event = "created")
    record Wrong(int number) {}

    static class Sub {

        @PushTo(channel = "orders", event = "created")
        record Nested(int number) {}
    }

    private final PushCatalogue catalogue = new PushCatalogue();
    private final List<Class<?>> vetoed = new ArrayList<>();
    private final List<String> observers = new ArrayList<>();
    private final List<String> mistakes = new ArrayList<>();

    private void find(Class<?> type) {
        var annotated = fake(AnnotatedType.class, (method, arguments) -> method.equals("getJavaClass") ? type : null);
        catalogue.note(fake(ProcessAnnotatedType.class, (method, arguments) -> {
            if (method.equals("veto")) {
                vetoed.add(type);
            }
            return method.equals("getAnnotatedType") ? annotated : null;
        }));
    }

    private void deploy() {
        catalogue.observe(fake(AfterBeanDiscovery.class, (method, arguments) -> {
            if (method.equals("addDefinitionError")) {
                mistakes.add(((Throwable) arguments[0]).getMessage());
            } else if (method.equals("addObserverMethod")) {
                var observer = (ObserverMethod<?>) arguments[0];
                var type = (Class<?>) observer.getObservedType();
                observers.add(type.getSimpleName() + " async " + observer.isAsync());
            }
            return null;
        }));
    }

    private interface Call {
        Object answer(String method, Object[] arguments);
    }

    private static <T> T fake(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                PushCatalogueTest.class.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call.answer(method.getName(), arguments)));
    }

    @Test
    void whatIsFiredIsObservedInBothWaysAndIsNoBean() {
        find(Created.class);
        deploy();

        assertThat(observers).containsExactly("Created async false", "Created async true");
        assertThat(vetoed).containsExactly(Created.class);
        assertThat(mistakes).isEmpty();
    }

    @Test
    void aClassWhoseMembersHaveTheAnnotationStaysWhatItIs() {
        find(Sub.class);
        deploy();

        assertThat(observers).isEmpty();
        assertThat(vetoed).isEmpty();
    }

    @Test
    void whatCannotBeFailsTheDeploymentWithOneLine() {
        find(Wrong.class);
        find(Created.class);
        deploy();

        assertThat(mistakes)
                .containsExactly("@PushTo of " + Wrong.class.getName()
                        + " cannot be: it has no public method for the component {zone}");
    }
}
