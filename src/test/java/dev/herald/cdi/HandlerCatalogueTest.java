package dev.herald.cdi;

import static dev.herald.cdi.FakeObserver.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Herald;
import dev.herald.api.Namespace;
import dev.herald.api.OnEvent;
import dev.herald.api.Peer;
import dev.herald.api.Received;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.context.SessionScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.AnnotatedMethod;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.ObserverMethod;
import jakarta.enterprise.inject.spi.ProcessManagedBean;
import jakarta.enterprise.inject.spi.ProcessSessionBean;
import jakarta.json.JsonObject;
import jakarta.json.bind.annotation.JsonbTypeDeserializer;
import java.io.InputStream;
import java.io.Serializable;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What CDI would find is found, without CDI. */
@SuppressWarnings("unused") // handlers are found by reflection
class HandlerCatalogueTest {

    private final HandlerCatalogue catalogue = new HandlerCatalogue();
    private final List<String> errors = new ArrayList<>();
    private final List<ObserverMethod<?>> registered = new ArrayList<>();

    private static AnnotatedType<?> annotated(Class<?> bean) {
        var methods = new LinkedHashSet<Object>();
        for (Class<?> type = bean; type != Object.class; type = type.getSuperclass()) {
            Arrays.stream(type.getDeclaredMethods())
                    .map(HandlerCatalogueTest::annotated)
                    .forEach(methods::add);
        }
        return proxy(AnnotatedType.class, (name, arguments) -> name.equals("getMethods") ? methods : bean);
    }

    @SuppressWarnings("unchecked")
    private static AnnotatedMethod<?> annotated(Method method) {
        return proxy(
                AnnotatedMethod.class,
                (name, arguments) -> name.equals("getJavaMember")
                        ? method
                        : method.getAnnotation((Class<? extends Annotation>) arguments[0]));
    }

    private static Bean<?> bean(Class<?> type, Class<? extends Annotation> scope, Class<?>... types) {
        return proxy(Bean.class, (name, arguments) -> switch (name) {
            case "getScope" -> scope;
            case "getBeanClass" -> type;
            default -> Set.of(types);
        });
    }

    private void deploy(Class<?> process, Class<?> type, Bean<?> bean) {
        var found = (jakarta.enterprise.inject.spi.ProcessBean<?>) proxy(process, (name, arguments) -> switch (name) {
            case "getAnnotated" -> annotated(type);
            case "getBean" -> bean;
            default -> errors.add(((Throwable) arguments[0]).getMessage());
        });
        catalogue.find(found, proxy(BeanManager.class, (name, arguments) -> null));
    }

    private void deploy(Class<?>... types) {
        for (var type : types) {
            deploy(ProcessManagedBean.class, type, bean(type, RequestScoped.class));
        }
    }

    private void register() {
        catalogue.register(proxy(
                AfterBeanDiscovery.class,
                (name, arguments) -> name.equals("addObserverMethod")
                        ? registered.add((ObserverMethod<?>) arguments[0])
                        : errors.add(((Throwable) arguments[0]).getMessage())));
    }

    /** In the main namespace and in another one. */
    static class Shop {

        @OnEvent("order")
        void order(String article) {}

        @OnEvent("order")
        @Namespace("/shop")
        void orderInTheShop(String article) {}

        void noHandler(InputStream any) {}
    }

    @Test
    void aHandlerIsAnObserverOfItsEventInItsNamespaceAfterAllOthers() {
        deploy(Shop.class);
        register();

        assertThat(errors).isEmpty();
        assertThat(registered).hasSize(2).allSatisfy(observer -> {
            assertThat(observer.getObservedType()).isEqualTo(Received.class);
            assertThat(observer.getPriority()).isEqualTo(Integer.MAX_VALUE);
            assertThat(observer.getBeanClass()).isEqualTo(Shop.class);
        });
        assertThat(registered.stream()
                        .flatMap(observer -> observer.getObservedQualifiers().stream())
                        .filter(Namespace.class::isInstance)
                        .map(namespace -> ((Namespace) namespace).value()))
                .containsExactlyInAnyOrder("/", "/shop");
    }

    /** All in one namespace. */
    @Namespace("/till")
    static class Till {

        @OnEvent("pay")
        void pay() {}

        @OnEvent("pay")
        @Namespace("/shop")
        void payInTheShop() {}
    }

    @Test
    void aMethodsNamespaceIsItsOwnOrThatOfItsClass() {
        assertThat(HandlerCatalogue.handlerMethods(annotated(Till.class)).stream()
                        .map(HandlerMethod::namespace))
                .containsExactlyInAnyOrder("/till", "/shop");
    }

    /** Its methods are inherited. */
    abstract static class Base<T> {

        @OnEvent("kept")
        void kept() {}

        @OnEvent("replaced")
        void replaced() {}

        @OnEvent("silenced")
        void silenced() {}

        @OnEvent("bridged")
        abstract void bridged(T value);
    }

    /** Replaces some of them. */
    static class Derived extends Base<String> {

        @Override
        @OnEvent("replaced")
        void replaced() {}

        @Override
        void silenced() {}

        @Override
        @OnEvent("bridged")
        void bridged(String value) {}
    }

    @Test
    void handlersAreInheritedUnlessTheyAreReplaced() {
        assertThat(HandlerCatalogue.handlerMethods(annotated(Derived.class)).stream()
                        .map(HandlerMethod::event))
                .containsExactlyInAnyOrder("kept", "replaced", "bridged");
        deploy(Derived.class);
        assertThat(errors).isEmpty();
    }

    /** Handles what another one does. */
    static class Second {

        @OnEvent("order")
        @Namespace("/shop")
        void order() {}
    }

    /** Handles it everywhere. */
    static class Everywhere {

        @OnEvent("order")
        @Namespace("*")
        void order() {}
    }

    @Test
    void twoHandlersOfOneEventFailTheDeployment() {
        deploy(Shop.class, Second.class);
        register();

        assertThat(errors)
                .containsExactly(
                        "the event \"order\" has two handlers in the namespace /shop, " + Second.class.getName()
                                + ".order and " + Shop.class.getName() + ".orderInTheShop; there may be one");
    }

    @Test
    void aHandlerOfAllNamespacesIsTheOnlyOneOfItsEvent() {
        deploy(Everywhere.class, Second.class);
        register();

        assertThat(errors).hasSize(1).allMatch(line -> line.contains("two handlers in the namespace /shop"));
    }

    @Test
    void aBeanOfAnHttpSessionHasNoHandlers() {
        deploy(ProcessManagedBean.class, Second.class, bean(Second.class, SessionScoped.class));

        assertThat(errors).hasSize(1).allMatch(line -> line.contains("its bean is SessionScoped"));
    }

    /** An enterprise bean. */
    static class Enterprise {

        @OnEvent("order")
        public void order() {}
    }

    @Test
    void anEnterpriseBeansHandlersArePublicMethodsOfItsNoInterfaceView() {
        deploy(ProcessSessionBean.class, Enterprise.class, bean(Enterprise.class, Dependent.class, Enterprise.class));
        assertThat(errors).isEmpty();

        deploy(ProcessSessionBean.class, Enterprise.class, bean(Enterprise.class, Dependent.class, Serializable.class));
        deploy(ProcessSessionBean.class, Second.class, bean(Second.class, Dependent.class, Second.class));
        assertThat(errors).hasSize(2).allMatch(line -> line.contains("must be public"));
    }

    /** It has no constructor that JSON-B could call. */
    static final class NotReadable {

        NotReadable(int value) {}
    }

    /** An interface that only the application can read. */
    @JsonbTypeDeserializer(NoDeserializer.class)
    interface ByDeserializer {}

    /** Never used. */
    abstract static class NoDeserializer implements jakarta.json.bind.serializer.JsonbDeserializer<ByDeserializer> {}

    /** All that is wrong. */
    static class Wrong<T> {

        @OnEvent("a")
        private void isPrivate() {}

        @OnEvent("a")
        static void isStatic() {}

        @OnEvent("a")
        <X> void generic(X value) {}

        @OnEvent("a")
        void typeVariable(T value) {}

        @OnEvent("a")
        void stream(InputStream value) {}

        @OnEvent("a")
        void listOfHeralds(List<Herald> value) {}

        @OnEvent("a")
        void supplier(Supplier<String> value) {}

        @OnEvent("a")
        void notReadable(Map<String, NotReadable[]> value) {}

        @OnEvent("a")
        void observer(@Observes Received value) {}

        @OnEvent("a")
        Stream<String> returnsAStream() {
            return Stream.of();
        }

        @OnEvent("a")
        Future<String> returnsAFuture() {
            return CompletableFuture.completedFuture("");
        }

        @OnEvent("a")
        CompletionStage<InputStream> returnsALaterStream() {
            return new CompletableFuture<>();
        }

        @OnEvent("")
        void emptyName() {}

        @OnEvent("join")
        void heraldsOwn() {}

        @OnEvent("disconnect")
        @Namespace("/shop")
        void socketIosOwn() {}

        @OnEvent("a")
        @Namespace("shop")
        void noNamespace() {}
    }

    static Stream<Arguments> wrongs() {
        return Stream.of(
                Arguments.of("isPrivate", "must be neither private nor static"),
                Arguments.of("isStatic", "must be neither private nor static"),
                Arguments.of("generic", "must not be generic"),
                Arguments.of(
                        "typeVariable",
                        "has the parameter value, which cannot be read from JSON: T is a type variable"),
                Arguments.of("stream", "cannot be read from JSON: java.io.InputStream is abstract"),
                Arguments.of("listOfHeralds", "cannot be read from JSON: dev.herald.api.Herald is abstract"),
                Arguments.of("supplier", "cannot be read from JSON: java.util.function.Supplier is abstract"),
                Arguments.of("notReadable", "NotReadable is no record and has no constructor without parameters"),
                Arguments.of("observer", "cannot be an observer or a producer as well"),
                Arguments.of("returnsAStream", "returns what is no answer to a client: java.util.stream.Stream is"),
                Arguments.of("returnsAFuture", "return a CompletionStage"),
                Arguments.of("returnsALaterStream", "java.io.InputStream is something to be closed"),
                Arguments.of("emptyName", "is never called: no such event can come to it in the namespace /"),
                Arguments.of("heraldsOwn", "is never called: no such event can come to it in the namespace /"),
                Arguments.of("socketIosOwn", "is never called: no such event can come to it in the namespace /shop"),
                Arguments.of("noNamespace", "the name of a namespace begins with /, and \"shop\" does not"));
    }

    @ParameterizedTest
    @MethodSource("wrongs")
    void aMethodThatCannotHandleItsEventFailsTheDeployment(String method, String why) {
        deploy(Wrong.class);

        assertThat(errors.stream().filter(line -> line.startsWith(Wrong.class.getName() + "." + method + ", ")))
                .as("%s", errors)
                .hasSize(1)
                .allMatch(line -> line.contains(why) && !line.contains("\n"));
    }

    /** What may be asked for. */
    static class Fine {

        @OnEvent("a")
        void plain(
                int a, Long b, String c, boolean d, char e, byte[] f, Number g, Object h, Instant i, Thread.State j) {}

        @OnEvent("b")
        CompletableFuture<Optional<List<String>>> generic(
                List<Optional<String>> a,
                Map<String, ? extends Number> b,
                Set<String>[] c,
                JsonObject d,
                Optional<int[]> e) {
            return new CompletableFuture<>();
        }

        @OnEvent("c")
        JsonObject event(ByDeserializer a, Peer b, Received c, String... d) {
            return JsonObject.EMPTY_JSON_OBJECT;
        }
    }

    @Test
    void whatJsonBReadsMayBeAskedFor() {
        deploy(Fine.class);
        register();

        assertThat(errors).isEmpty();
        assertThat(registered).hasSize(3);
    }
}
