package dev.herald.it;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** TomEE with its own server.xml, but for the ports; the WAR is ROOT.war, as its name is the context root. */
public final class TomEeProcess extends ServerProcess {

    private final Path application;
    private final List<String> settings;

    private TomEeProcess(Path application, File log, List<String> settings) throws IOException {
        super(log);
        this.application = application;
        this.settings = settings;
    }

    /**
     * Starts a server; its log goes to the file.
     *
     * @param settings of Herald, each as {@code name=value}
     */
    public static TomEeProcess start(File log, String... settings) throws IOException {
        return start(war(), log, settings);
    }

    /** Likewise, with another WAR than the one that is released. */
    public static TomEeProcess start(Path application, File log, String... settings) throws IOException {
        var server = new TomEeProcess(application, log, List.of(settings));
        server.start();
        return server;
    }

    @Override
    protected ProcessBuilder prepare(int port) throws IOException {
        // What an earlier build has left there unpacked would be served instead.
        var unpacked = home().resolve("webapps/ROOT");
        if (Files.exists(unpacked)) {
            try (var files = Files.walk(unpacked)) {
                for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
        var deployed = Files.createDirectories(home().resolve("webapps")).resolve("ROOT.war");
        Files.copy(application, deployed, REPLACE_EXISTING);
        watches(deployed);
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
        command.environment()
                .put(
                        "CATALINA_OPTS",
                        Stream.concat(
                                        Stream.of("-XX:+ExitOnOutOfMemoryError"),
                                        settings.stream().map(setting -> "-D" + setting))
                                .collect(Collectors.joining(" ")));
        return command;
    }
}
