package dev.herald;

import dev.herald.it.PayaraProcess;
import dev.herald.it.ServerProcess;
import java.io.File;
import java.io.IOException;

/** The server is stopped as an operator does, by SIGTERM. */
class GoingDownIT extends GoingDown {

    @Override
    ServerProcess start(File log, String... settings) throws IOException {
        return PayaraProcess.start(log, settings);
    }

    @Override
    void goDown(ServerProcess server) {
        server.close();
    }

    @Override
    void comeBack(ServerProcess server) throws IOException {
        server.startAgain();
    }
}
