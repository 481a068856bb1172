package dev.herald.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerAddressTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, '', http://localhost:9090/",
        "0.0.0.0, /chat, http://localhost:9090/chat/",
        "10.1.2.3, '', http://10.1.2.3:9090/",
        "fe80::1, '', http://[fe80::1]:9090/",
    })
    void isWhatABrowserOpens(String address, String contextPath, String url) {
        var config = config(Map.of("payara.instance.http.port", 9090, "herald.address", address));

        assertThat(ServerAddress.of(config, contextPath)).contains(url);
    }

    @Test
    void leavesOutThePortThatABrowserTakesByItself() {
        assertThat(ServerAddress.of(config(Map.of("payara.instance.http.port", 80)), ""))
                .contains("http://localhost/");
    }

    @Test
    void isUnknownOnAServerThatDoesNotTell() {
        assertThat(ServerAddress.of(config(Map.of()), "")).isEmpty();
    }

    private static Config config(Map<String, Object> values) {
        return (Config) java.lang.reflect.Proxy.newProxyInstance(
                Config.class.getClassLoader(),
                new Class<?>[] {Config.class},
                (self, method, arguments) -> Optional.ofNullable(values.get(arguments[0])));
    }
}
