package dev.herald;

import dev.herald.it.ServerProcess;
import dev.herald.it.TomEeProcess;
import dev.herald.it.WildFlyProcess;
import java.io.File;
import java.io.IOException;
import org.junit.jupiter.api.Tag;

/** The WAR is deployed again on a server that runs on, which the Maven profile names. Payara Micro cannot do that. */
@Tag("redeploy")
class RedeployIT extends GoingDown {

    @Override
    ServerProcess start(File log, String... settings) throws IOException {
        return System.getProperty("server.name").equals("tomee")
                ? TomEeProcess.start(log, settings)
                : WildFlyProcess.start(log, settings);
    }

    @Override
    void goDown(ServerProcess server) throws IOException {
        server.redeploy();
    }

    @Override
    void comeBack(ServerProcess server) {
        server.awaitReady();
    }

    /** TomEE counts its own classes for each application, and once too often for one that comes again. */
    @Override
    boolean isOurs(String line) {
        return !line.contains("org.apache.tomee.microprofile.metrics.MPMetricsCDIExtension");
    }
}
