package dev.herald.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;

/** Payara Micro, which takes the WAR as an argument. */
public final class PayaraProcess extends ServerProcess {

    private PayaraProcess(File log) throws IOException {
        super(log);
    }

    /** Starts a server; its log goes to the file. */
    public static PayaraProcess start(File log) throws IOException {
        var server = new PayaraProcess(log);
        server.start();
        return server;
    }

    @Override
    protected ProcessBuilder prepare(int port) {
        return new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dherald.address=127.0.0.1",
                "-jar",
                System.getenv("MICRO_JAR"),
                "--nohazelcast",
                "--disablephonehome",
                "--port",
                Integer.toString(port),
                "--contextroot",
                "/",
                "--logproperties",
                "payara-config/logging.properties",
                "--prebootcommandfile",
                "payara-config/pre-boot-commands.txt",
                "--deploy",
                war().toString());
    }
}
