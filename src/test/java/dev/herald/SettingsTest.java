package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.herald.testing.ErrorLog;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

    /** As the servers' implementations: what cannot be converted is an {@link IllegalArgumentException}, often without a name. */
    private static Settings settings(Map<String, String> values) {
        return new Settings((Config) Proxy.newProxyInstance(
                SettingsTest.class.getClassLoader(), new Class<?>[] {Config.class}, (self, method, arguments) -> {
                    var value = Optional.ofNullable(values.get((String) arguments[0]));
                    return method.getName().equals("getOptionalValues")
                            ? value.map(it -> List.of(it.split(",")))
                            : value.map(it -> converted(it, (Class<?>) arguments[1]));
                }));
    }

    private static Object converted(String value, Class<?> type) {
        if (type == Integer.class) {
            return Integer.valueOf(value);
        }
        return type == Long.class ? Long.valueOf(value) : type == Boolean.class ? Boolean.valueOf(value) : value;
    }

    @Test
    void areValidWhenNothingIsSet() {
        settings(Map.of()).requireValid();
    }

    @Test
    void theAdminUiIsOffUntilAPasswordIsSet() {
        assertThat(settings(Map.of("herald.admin.username", "ann")).admin()).isEmpty();

        var admin = settings(Map.of("herald.admin.password", "secret")).admin();
        assertThat(admin.orElseThrow().namespace()).isEqualTo("/admin");
        assertThat(admin.orElseThrow().username()).isEqualTo("admin");
        assertThat(AdminConfiguration.namespaces(Optional.empty(), Set.of("/shop")))
                .containsExactly("/shop");
        assertThat(AdminConfiguration.namespaces(admin, Set.of("/shop"))).containsOnly("/shop", "/admin");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AdminConfiguration.namespaces(admin, Set.of("/admin")))
                .withMessageContaining("herald.admin.namespace is /admin");
    }

    @ParameterizedTest
    @CsvSource({
        "herald.admin.mode, loud",
        "herald.admin.namespace, admin",
        "herald.admin.namespace, /admin-*",
        "herald.admin.password, $2b$10$short"
    })
    void anAdminUiThatCannotBeIsRefused(String name, String value) {
        var values = new HashMap<>(Map.of("herald.admin.password", "secret"));
        values.put(name, value);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings(values).admin())
                .withMessageContaining(name);
    }

    @ParameterizedTest
    @CsvSource({
        "herald.retention, news=30x",
        "herald.durability, perhaps",
        "herald.connections.max, many",
        "herald.log.recent-bytes, 1 MB",
        "herald.feed.queue-messages, x",
        "herald.socketio.max-payload, 1e6",
        "herald.http.max-posts, some",
        "herald.observers.threads, four",
        "herald.document.max-size, 0",
        "herald.document.max-size, 1000001",
        "herald.outbox, true",
        "herald.origins, app.example",
        "herald.proxies, proxy.example",
        "herald.policy, orders",
        "herald.push.services, https://push.example/path",
        "herald.push.text, some",
        "herald.push.contact, admin@example.org",
        "herald.push.ttl, a day",
        "herald.push.ttl, -1",
        "herald.push.ttl, 2419201",
        "herald.quota, maybe",
        "herald.quota.messages, 100",
        "herald.quota.person.stored, 0",
        "herald.policy.recheck, often",
        "herald.policy.timeout, 0",
        "herald.socketio.path, socket",
        "herald.cluster, maybe"
    })
    void areRefusedByNameWhenOneCannotBe(String name, String value) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> settings(Map.of(name, value)).requireValid())
                .withMessageContaining(name);
    }

    @Test
    void theEventsOfTheApplicationAreShownOnlyWhenThatIsSet() {
        assertThat(settings(Map.of()).showsEvents()).isFalse();
        assertThat(settings(Map.of("herald.asyncapi", "true")).showsEvents()).isTrue();
    }

    @Test
    void anOriginThatAnyPageCanHaveIsAWarning() {
        var startup = new Startup();
        startup.settings = settings(Map.of("herald.origins", "null"));
        try (var log = new ErrorLog(Startup.class)) {
            // There is no journal to go on with.
            assertThatThrownBy(() -> startup.contextInitialized(null)).isInstanceOf(NullPointerException.class);

            assertThat(log.warnings()).singleElement().asString().startsWith("herald.origins lists null: any page can");
        }
    }

    @Test
    void thatAreWrongAreOneLineForTheOperatorWhenHeraldIsDeployed() {
        var startup = new Startup();
        startup.settings = settings(Map.of("herald.connections.max", "many"));
        try (var errors = new ErrorLog(Startup.class)) {
            assertThatThrownBy(() -> startup.contextInitialized(null)).isInstanceOf(IllegalArgumentException.class);

            assertThat(errors.lines())
                    .containsExactly(
                            "Herald is not deployed, as a setting is wrong: herald.connections.max is no Integer");
        }
    }
}
