package dev.herald.it.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.forward.NodeDirectory;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The nodes that a test has written to a file, each in a line {@code id=url}; its id is the system property {@code test.node}. */
@Alternative
@Priority(1)
@ApplicationScoped
public class NodesInAFile implements NodeDirectory {

    /** Which no test tells its clients. */
    public static final String SECRET = "only the nodes know this";

    @Override
    public String me() {
        return System.getProperty("test.node");
    }

    @Override
    public Optional<URI> urlOf(String node) {
        try (var lines = Files.lines(Path.of(System.getProperty("test.nodes")))) {
            return lines.filter(line -> line.startsWith(node + "="))
                    .map(line -> URI.create(line.substring(node.length() + 1)))
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public byte[] secret() {
        return SECRET.getBytes(UTF_8);
    }
}
