package dev.herald.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.FakeHttp;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientFilesTest {

    private final ClientFiles files = new ClientFiles();

    private FakeHttp answered(FakeHttp http) throws Exception {
        assertThat(files.answer(http.request(), http.response())).isTrue();
        return http;
    }

    private static FakeHttp get(String name) {
        return FakeHttp.socketIo("GET", "/" + name);
    }

    @ParameterizedTest
    @CsvSource({
        "socket.io.js, application/javascript; charset=utf-8",
        "socket.io.min.js, application/javascript; charset=utf-8",
        "socket.io.esm.min.js, application/javascript; charset=utf-8",
        "socket.io.msgpack.min.js, application/javascript; charset=utf-8",
        "socket.io.js.map, application/json; charset=utf-8",
        "socket.io.min.js.map, application/json; charset=utf-8",
        "socket.io.esm.min.js.map, application/json; charset=utf-8",
        "socket.io.msgpack.min.js.map, application/json; charset=utf-8"
    })
    void areWhatTheBuildHasPacked(String name, String type) throws Exception {
        var file = answered(get(name));

        assertThat(file.status).isEqualTo(200);
        byte[] packed;
        try (var in = ClientFiles.class.getResourceAsStream("/META-INF/herald/client/" + name)) {
            packed = in.readAllBytes();
        }
        assertThat(file.bytes.toByteArray()).isEqualTo(packed);
        assertThat(file.headers)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "Cache-Control",
                        List.of("public, max-age=0"),
                        "Content-Type",
                        List.of(type),
                        "Content-Length",
                        List.of("" + packed.length),
                        "ETag",
                        file.headers.get("ETag"),
                        "Vary",
                        List.of("Accept-Encoding")));
    }

    @Test
    void areTaggedWithTheirVersion() throws Exception {
        var file = answered(get("socket.io.js"));

        var version = file.headers.get("ETag").get(0).replace("\"", "");
        assertThat(version).matches("[0-9]+\\.[0-9]+\\.[0-9]+");
        assertThat(file.bytes.toString(UTF_8)).startsWith("/*!\n * Socket.IO v" + version + "\n");
    }

    @ParameterizedTest
    @CsvSource({"%s, 304", "W/%s, 304", "'\"1.0\", %s', 304", "*, 304", "\"1.0\", 200", "'', 200"})
    void areNotSentToWhoHasThem(String known, int status) throws Exception {
        var tag = answered(get("socket.io.js")).headers.get("ETag").get(0);

        var again = answered(get("socket.io.js").header("If-None-Match", known.formatted(tag)));

        assertThat(again.status).isEqualTo(status);
        assertThat(again.bytes.size() == 0).isEqualTo(status == 304);
        assertThat(again.headers).containsEntry("ETag", List.of(tag)).containsKeys("Cache-Control", "Vary");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gzip", "GZIP", "deflate, gzip;q=0.5", "br,gzip ; q=1", "*", "identity, *;q=0.1", "*;q=0, gzip"})
    void areCompressedForWhoTakesIt(String encodings) throws Exception {
        var plain = answered(get("socket.io.js"));
        var compressed = answered(get("socket.io.js").header("Accept-Encoding", encodings));

        assertThat(compressed.headers)
                .containsEntry("Content-Encoding", List.of("gzip"))
                .containsEntry("Content-Length", List.of("" + compressed.bytes.size()));
        assertThat(compressed.bytes.size()).isLessThan(plain.bytes.size() / 2);
        try (var in = new GZIPInputStream(new ByteArrayInputStream(compressed.bytes.toByteArray()))) {
            assertThat(in.readAllBytes()).isEqualTo(plain.bytes.toByteArray());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "identity", "br", "gzip;q=0", "gzip; q=0.000, *", "*;q=0", "gzipped"})
    void areLeftAsTheyAreForWhoDoesNot(String encodings) throws Exception {
        var file = answered(get("socket.io.js").header("Accept-Encoding", encodings));

        assertThat(file.headers).doesNotContainKey("Content-Encoding");
        assertThat(file.bytes.toString(UTF_8)).startsWith("/*!");
    }

    @Test
    void areDescribedToAHead() throws Exception {
        var head = answered(FakeHttp.socketIo("HEAD", "/socket.io.js"));

        assertThat(head.bytes.size()).isZero();
        assertThat(head.headers).isEqualTo(answered(get("socket.io.js")).headers);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /",
                "GET /package.json",
                "GET /LICENSE",
                "GET /socket.io.msgpack.js",
                "GET /SOCKET.IO.JS",
                "GET //socket.io.js",
                "GET /x/socket.io.js",
                "GET /../client/socket.io.js",
                "POST /socket.io.js",
                "OPTIONS /socket.io.js"
            })
    void areNothingElse(String request) throws Exception {
        var parts = request.split(" ", 2);
        var http = FakeHttp.socketIo(parts[0], parts[1]);

        assertThat(files.answer(http.request(), http.response())).isFalse();
        assertThat(http.headers).isEmpty();
    }
}
