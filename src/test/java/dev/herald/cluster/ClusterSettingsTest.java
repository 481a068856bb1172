package dev.herald.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterSettingsTest {

    private static final Optional<String> POSTGRES = Optional.of("jdbc:postgresql://db/herald");
    private static final Optional<String> H2 = Optional.of("jdbc:h2:mem:herald");

    private static ClusterSettings settings(Map<String, String> values) {
        return ClusterSettings.of(name -> Optional.ofNullable(values.get(name)));
    }

    @Test
    void aNodeWithAPostgresOfItsOwnAddressLooksForOthers() {
        var settings = settings(Map.of());
        assertThat(settings.isOn(POSTGRES)).isTrue();
        assertThat(settings.isOn(H2)).isFalse();
        assertThat(settings.isOn(Optional.empty())).isFalse();
    }

    @Test
    void theOperatorHasTheLastWord() {
        assertThat(settings(Map.of("herald.cluster", "off")).isOn(POSTGRES)).isFalse();
        assertThat(settings(Map.of("herald.cluster", "on")).isOn(Optional.empty()))
                .isTrue();
    }

    @Test
    void severalNodesNeedPostgres() {
        assertThatThrownBy(() -> settings(Map.of("herald.cluster", "on")).isOn(H2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("herald.cluster=on needs a log in PostgreSQL");
    }

    @Test
    void allIsRead() {
        var settings = settings(Map.of(
                "herald.cluster.name", "shop",
                "herald.cluster.redis", "rediss://user:secret@bus:6380",
                "herald.cluster.url", "http://10.0.0.7:8080/herald",
                "herald.cluster.bus.url", "jdbc:postgresql://direct/herald"));
        assertThat(settings.name()).contains(new ClusterName("shop"));
        assertThat(settings.redis()).contains(URI.create("rediss://user:secret@bus:6380"));
        assertThat(settings.url()).contains(URI.create("http://10.0.0.7:8080/herald"));
        assertThat(settings.busUrl()).contains("jdbc:postgresql://direct/herald");
    }

    @ParameterizedTest
    @CsvSource({
        "herald.cluster, yes",
        "herald.cluster.name, two words",
        "herald.cluster.redis, bus:6379",
        "herald.cluster.redis, http://bus",
        "herald.cluster.url, 10.0.0.7:8080",
        "herald.cluster.url, ftp://host/",
        "herald.cluster.url, http://a b",
        "herald.cluster.bus.url, jdbc:h2:mem:x"
    })
    void whatCannotBeIsRefusedByItsName(String name, String value) {
        assertThatThrownBy(() -> settings(Map.of(name, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name);
    }
}
