package dev.herald.it;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;

/** TomEE with its own server.xml, but for the ports; the WAR is ROOT.war, as its name is the context root. */
public final class TomEeProcess extends ServerProcess {

    private TomEeProcess(File log) throws IOException {
        super(log);
    }

    /** Starts a server; its log goes to the file. */
    public static TomEeProcess start(File log) throws IOException {
        var server = new TomEeProcess(log);
        server.start();
        return server;
    }

    @Override
    protected ProcessBuilder prepare(int port) throws IOException {
        Files.copy(war(), Files.createDirectories(home().resolve("webapps")).resolve("ROOT.war"), REPLACE_EXISTING);
        var conf = home().resolve("conf");
        Files.writeString(
                conf.resolve("server-for-tests.xml"),
                Files.readString(conf.resolve("server.xml"))
                        .replace("port=\"8005\"", "port=\"-1\"") // listens for a word to stop; there is SIGTERM
                        .replace("port=\"8080\"", "port=\"" + port + "\" address=\"127.0.0.1\""));

        var command = new ProcessBuilder(
                "sh", home().resolve("bin/catalina.sh").toString(), "run", "-config", "conf/server-for-tests.xml");
        // This one, wherever the developer has another.
        command.environment().put("CATALINA_HOME", home().toString());
        command.environment().put("CATALINA_BASE", home().toString());
        // After an OutOfMemoryError it would keep the port and answer nobody.
        command.environment().put("CATALINA_OPTS", "-XX:+ExitOnOutOfMemoryError");
        return command;
    }
}
