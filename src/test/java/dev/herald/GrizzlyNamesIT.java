package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Herald calls by name to write in small buffers is in the Payara of the build: without it, writes would allocate again. */
class GrizzlyNamesIT {

    private static final String GRIZZLY = "MICRO-INF/runtime/nucleus-grizzly-all.jar";

    @TempDir
    Path directory;

    @Test
    void payaraLetsItsBuffersShrink() throws Exception {
        try (var grizzly = new URLClassLoader(new URL[] {unpacked().toUri().toURL()})) {
            var request = grizzly.loadClass("org.glassfish.grizzly.http.server.Request");
            var response = request.getMethod("getResponse").getReturnType();
            var output = response.getMethod("getOutputBuffer").getReturnType();

            var buffer = output.getConstructor().newInstance();
            output.getMethod("setBufferSize", int.class).invoke(buffer, 512);

            assertThat(output.getMethod("getBufferSize").invoke(buffer)).isEqualTo(512);
        }
    }

    private Path unpacked() throws IOException {
        var file = directory.resolve("grizzly.jar");
        try (var micro = new JarFile(System.getenv("MICRO_JAR"));
                var jar = micro.getInputStream(Objects.requireNonNull(micro.getEntry(GRIZZLY)))) {
            Files.copy(jar, file);
        }
        return file;
    }
}
