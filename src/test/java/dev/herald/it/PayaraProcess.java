package dev.herald.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Payara Micro, which takes the WAR as an argument, started as the README says, but quickly: with its simple compiler only. */
public final class PayaraProcess extends ServerProcess {

    private final Path deployed;
    private final List<String> settings;
    private Path second;
    private Path commands;

    private PayaraProcess(Path deployed, File log, List<String> settings) throws IOException {
        super(log);
        this.deployed = deployed;
        this.settings = settings;
    }

    /**
     * Starts a server; its log goes to the file.
     *
     * @param settings of Herald, each as {@code name=value}; what begins with {@code -} is an option of Java's
     */
    public static PayaraProcess start(File log, String... settings) throws IOException {
        return start(war(), log, settings);
    }

    /** Likewise, with another WAR than the one that is released. */
    public static PayaraProcess start(Path war, File log, String... settings) throws IOException {
        var server = new PayaraProcess(war, log, List.of(settings));
        server.start();
        return server;
    }

    /** Likewise, with the released WAR, after commands of the server's administration, one in each line. */
    public static PayaraProcess startAfter(Path commands, File log, String... settings) throws IOException {
        var server = new PayaraProcess(war(), log, List.of(settings));
        server.commands = commands;
        server.start();
        return server;
    }

    /** Likewise, with the released WAR at the root, and once more under the name of a copy of it. */
    public static PayaraProcess startTwice(Path copy, File log, String... settings) throws IOException {
        return startTwo(war(), copy, log, settings);
    }

    /** Likewise, with two WARs: one at the root, and one at its file's name. */
    public static PayaraProcess startTwo(Path root, Path second, File log, String... settings) throws IOException {
        var server = new PayaraProcess(root, log, List.of(settings));
        server.second = second;
        server.start();
        return server;
    }

    @Override
    protected ProcessBuilder prepare(int port) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(QUICK_START);
        settings.forEach(setting -> command.add(setting.startsWith("-") ? setting : "-D" + setting));
        command.addAll(List.of(
                "-javaagent:" + System.getProperty("herald.agent"),
                "-Dherald.port=" + port,
                "-jar",
                System.getenv("MICRO_JAR"),
                "--nohazelcast",
                "--disablephonehome",
                "--contextroot",
                "/",
                "--logproperties",
                "payara-config/logging.properties",
                "--prebootcommandfile",
                "payara-config/pre-boot-commands.txt",
                "--deploy",
                deployed.toString()));
        if (commands != null) {
            command.addAll(List.of("--postbootcommandfile", commands.toString()));
        }
        if (second != null) {
            command.addAll(List.of("--deploy", second.toString()));
        }
        return new ProcessBuilder(command);
    }
}
