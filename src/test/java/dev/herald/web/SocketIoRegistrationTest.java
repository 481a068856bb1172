package dev.herald.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletRegistration;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SocketIoRegistrationTest {

    private final SocketIoRegistration registration = new SocketIoRegistration();
    private final List<String> done = new ArrayList<>();
    private boolean hasFilter = true;
    private Set<String> taken = Set.of();

    SocketIoRegistrationTest() {
        registration.path = new SocketIoPath("/live/");
    }

    @Test
    void mapsTheServletAndTheFilterBeforeIt() {
        start();

        assertThat(done)
                .containsExactlyInAnyOrder(
                        "addServlet herald-socketio class dev.herald.web.SocketIoServlet",
                        "setAsyncSupported true",
                        "addMapping /live/*",
                        "addMappingForUrlPatterns [REQUEST] true /live/*");
    }

    @Test
    void failsWhereTheFilterIsMissing() {
        hasFilter = false;

        assertThatIllegalStateException().isThrownBy(this::start).withMessageContaining("herald-visitor");
    }

    @Test
    void failsWhereThePathIsTaken() {
        taken = Set.of("/live/*");

        assertThatIllegalStateException()
                .isThrownBy(this::start)
                .withMessageContaining("herald.socketio.path")
                .withMessageContaining("/live/*");
    }

    private void start() {
        registration.contextInitialized(new ServletContextEvent(context()));
    }

    private ServletContext context() {
        return proxy(ServletContext.class, (self, called, arguments) -> switch (called.getName()) {
            case "getFilterRegistration" -> hasFilter ? proxy(FilterRegistration.class, this::note) : null;
            case "addServlet" -> {
                note(self, called, arguments);
                yield proxy(ServletRegistration.Dynamic.class, this::note);
            }
            default -> throw new UnsupportedOperationException(called.toString());
        });
    }

    private Object note(Object self, Method called, Object... arguments) {
        var words = new StringBuilder(called.getName());
        for (var argument : arguments) {
            words.append(' ')
                    .append(argument instanceof String[] strings ? String.join(" ", Arrays.asList(strings)) : argument);
        }
        done.add(words.toString());
        return called.getName().equals("addMapping") ? taken : null;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(
                SocketIoRegistrationTest.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
