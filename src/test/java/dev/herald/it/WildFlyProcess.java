package dev.herald.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * WildFly with its standard configuration, but that applications may say themselves who somebody is, as docs/beans.md tells; the
 * context root is in the WAR's jboss-web.xml.
 */
public final class WildFlyProcess extends ServerProcess {

    /** Where the build has unpacked it, which may have another server for the same tests. */
    private static final Path HOME = Path.of(System.getProperty("wildfly.home"));

    private static final String CONFIGURATION = "standalone-for-tests.xml";
    private static final String DOMAIN =
            "<application-security-domain name=\"other\" security-domain=\"ApplicationDomain\"";

    private final Path application;
    private final List<String> settings;

    private WildFlyProcess(Path application, File log, List<String> settings) throws IOException {
        super(log);
        this.application = application;
        this.settings = settings;
    }

    /**
     * Starts a server; its log goes to the file.
     *
     * @param settings of Herald, each as {@code name=value}
     */
    public static WildFlyProcess start(File log, String... settings) throws IOException {
        return start(war(), log, settings);
    }

    /** Likewise, with another WAR than the one that is released. */
    public static WildFlyProcess start(Path application, File log, String... settings) throws IOException {
        var server = new WildFlyProcess(application, log, List.of(settings));
        server.start();
        return server;
    }

    @Override
    protected ProcessBuilder prepare(int port) throws IOException {
        var deployments = HOME.resolve("standalone/deployments");
        // Beside the WAR are the server's notes on what became of the one before.
        try (var earlier = Files.newDirectoryStream(deployments, "herald.war*")) {
            for (var file : earlier) {
                Files.delete(file);
            }
        }
        var deployed = deployments.resolve("herald.war");
        Files.copy(application, deployed);
        watches(deployed);
        writeConfiguration();

        var command = new ProcessBuilder(
                "sh",
                HOME.resolve("bin/standalone.sh").toString(),
                "-c=" + CONFIGURATION,
                "-b=127.0.0.1",
                "-bmanagement=127.0.0.1",
                "-Djboss.http.port=" + port,
                // Nobody asks for these; 0 is any free port.
                "-Djboss.https.port=0",
                "-Djboss.management.http.port=0");
        settings.forEach(setting -> command.command().add("-D" + setting));
        // This one, wherever the developer has another.
        command.environment().put("JBOSS_HOME", HOME.toString());
        // So that the script passes SIGTERM on to the server.
        command.environment().put("LAUNCH_JBOSS_IN_BACKGROUND", "1");
        return command;
    }

    /** The setting is in Undertow's part, which comes after that of enterprise beans. */
    private static void writeConfiguration() throws IOException {
        var directory = HOME.resolve("standalone/configuration");
        var standard = Files.readString(directory.resolve("standalone.xml"));
        var place = standard.lastIndexOf(DOMAIN) + DOMAIN.length();
        Files.writeString(
                directory.resolve(CONFIGURATION),
                standard.substring(0, place) + " integrated-jaspi=\"false\"" + standard.substring(place));
    }
}
