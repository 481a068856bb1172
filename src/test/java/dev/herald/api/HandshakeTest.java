package dev.herald.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandshakeTest {

    private static Handshake at(String url) {
        return new Handshake(url, "user-agent: a: b\naccept: x\naccept: y\n", "203.0.113.9", true, Instant.EPOCH, "{}");
    }

    @Test
    void hasTheQueryDecoded() {
        var handshake = at("/shop/feed?name=J%C3%BCrgen&tag=a&tag=%F0%9F%98%80&empty&plus=a+b&broken=%zz");

        assertThat(handshake.query())
                .containsEntry("name", List.of("Jürgen"))
                .containsEntry("tag", List.of("a", "😀"))
                .containsEntry("empty", List.of(""))
                .containsEntry("plus", List.of("a b"))
                .containsEntry("broken", List.of("%zz"));
        assertThat(handshake.query("tag")).contains("a");
        assertThat(handshake.query("other")).isEmpty();
        assertThat(at("/feed").query()).isEmpty();
        assertThat(at("/feed?").query()).isEmpty();
    }

    @Test
    void findsHeadersWhateverTheirCase() {
        assertThat(at("/").header("User-Agent")).contains("a: b");
        assertThat(at("/").headers()).containsEntry("accept", List.of("x", "y"));
        assertThat(at("/").header("cookie")).isEmpty();
    }

    @Test
    void keepsNoLongAuthWithAConnection() {
        var little = at("/").withAuth("{\"token\":\"名前\"}");
        var much = at("/").withAuth("{\"token\":\"" + "x".repeat(Handshake.MAX_AUTH) + "\"}");

        assertThat(little.kept().auth().getString("token")).isEqualTo("名前");
        assertThat(much.auth()).isNotEmpty();
        assertThat(much.kept().auth()).isEmpty();
    }

    @Test
    void isWrittenToLogsWithoutSecrets() {
        var handshake = at("/feed?token=secret").withAuth("{\"token\":\"secret\"}");

        assertThat(handshake).asString().doesNotContain("secret").contains("/feed", "203.0.113.9");
    }
}
