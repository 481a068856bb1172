package dev.herald.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.testing.Skipped;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A disk in memory that is soon full. Only root can make one. */
public final class SmallDisk implements AutoCloseable {

    private final Path directory;

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    /** Makes an empty disk; where it cannot be, the test is skipped and says so, or fails where nothing may be skipped. */
    public static SmallDisk mount(int mebibytes) throws IOException, InterruptedException {
        var directory = Files.createTempDirectory("herald-disk");
        var command =
                new String[] {"mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", directory.toString()};
        try {
            run(command);
        } catch (IOException e) {
            Files.delete(directory);
            throw Skipped.loudly("a small disk cannot be mounted here, which root can: " + e.getMessage(), e);
        }
        return new SmallDisk(directory);
    }

    private static void run(String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(output);
        }
    }

    /** Where it is. */
    public Path directory() {
        return directory;
    }

    @Override
    public void close() throws IOException {
        try {
            run("umount", directory.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        Files.delete(directory);
    }
}
