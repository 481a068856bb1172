package dev.herald.it;

import dev.herald.testing.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Chooses the port of the server that Arquillian starts, in the system property {@code server.port}, before anybody reads it:
 * test classes run in several JVMs side by side, and each has a server of its own.
 */
public final class ServerPort implements LauncherSessionListener {

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        try {
            System.setProperty("server.port", Integer.toString(FreePort.find()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
