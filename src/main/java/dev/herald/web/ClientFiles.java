package dev.herald.web;

import jakarta.json.Json;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Serves the browser client at the reference server's paths: the files of the npm package {@code socket.io-client}, which the
 * build has packed. The package's version is the entity tag of each file. Each file is read and compressed once and then kept
 * in memory, about 1.5 MB together. The requests' threads call it, holding no lock, as files are read.
 */
final class ClientFiles {

    private static final String FOLDER = "/META-INF/herald/client/";

    private static final String SCRIPT = "application/javascript; charset=utf-8";
    private static final String MAP = "application/json; charset=utf-8";

    private static final Set<String> NAMES = Set.of(
            "socket.io.js",
            "socket.io.js.map",
            "socket.io.min.js",
            "socket.io.min.js.map",
            "socket.io.esm.min.js",
            "socket.io.esm.min.js.map",
            "socket.io.msgpack.min.js",
            "socket.io.msgpack.min.js.map");

    private final String tag = '"' + version() + '"';
    private final Map<String, byte[]> plain = new ConcurrentHashMap<>();
    private final Map<String, byte[]> compressed = new ConcurrentHashMap<>();

    /** Answers a GET or HEAD of one of the files. Returns false, and does nothing, for any other request. */
    boolean answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
        var name = request.getPathInfo().substring(1);
        var isHead = request.getMethod().equals("HEAD");
        if (!NAMES.contains(name) || !(isHead || request.getMethod().equals("GET"))) {
            return false;
        }
        response.setHeader("Cache-Control", "public, max-age=0");
        response.setHeader("ETag", tag);
        response.addHeader("Vary", "Accept-Encoding");
        if (isKnown(request, tag)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return true;
        }
        response.setContentType(name.endsWith(".map") ? MAP : SCRIPT);
        var body = plain(name);
        if (takesGzip(request)) {
            body = compressed.computeIfAbsent(name, same -> compress(plain(same)));
            response.setHeader("Content-Encoding", "gzip");
        }
        response.setContentLength(body.length);
        if (!isHead) {
            response.getOutputStream().write(body);
        }
        return true;
    }

    /** Whether who asks has the file with this entity tag already. */
    static boolean isKnown(HttpServletRequest request, String tag) {
        return list(request, "If-None-Match")
                .anyMatch(known -> known.equals("*") || strong(known).equals(tag));
    }

    private static String strong(String entityTag) {
        return entityTag.startsWith("W/") ? entityTag.substring(2) : entityTag;
    }

    /** The weight of {@code gzip} counts; if there is none, the weight of {@code *} (RFC 9110, 12.5.3). */
    static boolean takesGzip(HttpServletRequest request) {
        var gzip = takes(request, "gzip");
        var any = takes(request, "*");
        return gzip != null ? gzip : Boolean.TRUE.equals(any);
    }

    private static @Nullable Boolean takes(HttpServletRequest request, String encoding) {
        return list(request, "Accept-Encoding")
                .map(one -> one.split(";", 2))
                .filter(one -> one[0].strip().equalsIgnoreCase(encoding))
                .map(one -> one.length == 1 || !one[1].strip().matches("[qQ]=0(\\.0*)?"))
                .findFirst()
                .orElse(null);
    }

    private static Stream<String> list(HttpServletRequest request, String header) {
        return Collections.list(request.getHeaders(header)).stream()
                .flatMap(line -> Arrays.stream(line.split(",", -1)))
                .map(String::strip);
    }

    private byte[] plain(String name) {
        return plain.computeIfAbsent(name, ClientFiles::read);
    }

    private static byte[] read(String name) {
        try (var in = open(name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the client file " + name + " cannot be read", e);
        }
    }

    static byte[] compress(byte[] plain) {
        var compressed = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("nothing is written but memory", e);
        }
        return compressed.toByteArray();
    }

    private static String version() {
        try (var in = open("package.json");
                var json = Json.createReader(in)) {
            return json.readObject().getString("version");
        } catch (IOException e) {
            throw new UncheckedIOException("the client's package.json cannot be read", e);
        }
    }

    private static InputStream open(String name) {
        var in = ClientFiles.class.getResourceAsStream(FOLDER + name);
        if (in == null) {
            throw new IllegalStateException("the build has not packed " + FOLDER + name);
        }
        return in;
    }
}
