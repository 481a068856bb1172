package dev.herald.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.testing.FakeHttp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketIoPathTest {

    @ParameterizedTest
    @ValueSource(strings = {"/socket.io/", "/live/", "/a/b-c/~d_1/", "/.well/..x/"})
    void beginsAndEndsWithASlash(String path) {
        assertThat(new SocketIoPath(path).urlPattern()).isEqualTo(path + "*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "//",
                "/live",
                "live/",
                "/a//b/",
                "/./",
                "/../",
                "/a/../b/",
                "/a b/",
                "/*/",
                "/é/",
                "/a%2f/"
            })
    void isNothingThatCannotBeMapped(String path) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SocketIoPath(path))
                .withMessageContaining("herald.socketio.path")
                .withMessageContaining('"' + path + '"');
    }

    @Test
    void coversWhatIsMappedToIt() {
        var path = new SocketIoPath("/socket.io/");

        assertThat(path.covers(FakeHttp.socketIo("GET", "/socket.io.js").request()))
                .isTrue();
        assertThat(path.covers(FakeHttp.socketIo("GET", "").request())).isTrue();
        assertThat(path.covers(new FakeHttp("GET", "/feed").request())).isFalse();
        assertThat(path.covers(new FakeHttp("GET", "").request())).isFalse();
    }
}
