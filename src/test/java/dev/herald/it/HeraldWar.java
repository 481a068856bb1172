package dev.herald.it;

import java.io.File;
import java.nio.file.Path;
import java.util.UUID;
import org.jboss.shrinkwrap.api.Filters;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.exporter.ZipExporter;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The WAR that the build has just packed, for Arquillian to deploy. */
public final class HeraldWar {

    private HeraldWar() {}

    /**
     * An empty application that has the jar that the build has just packed in its WEB-INF/lib, as the README says, with what Maven
     * puts beside it.
     */
    public static WebArchive anApplicationWithTheJar() {
        var jar = new File(System.getProperty("herald.war").replace(".war", "-classes.jar"));
        var war = ShrinkWrap.create(WebArchive.class, "application.war").addAsLibrary(jar, "herald-classes.jar");
        released().getContent(Filters.include("/WEB-INF/lib/.*")).forEach((path, node) -> {
            if (node.getAsset() != null) {
                war.add(node.getAsset(), path);
            }
        });
        return war;
    }

    /** Returns the very file that is released, never a selection of its classes, with a database of its own. */
    public static WebArchive fromTheBuild() {
        return released().addAsResource(settings(""), "META-INF/microprofile-config.properties");
    }

    /** Writes the released WAR into a file beside it, with the classes of a package more. */
    public static Path withTheBeansOf(Package beans, String name) {
        var war = Path.of(System.getProperty("herald.war")).resolveSibling(name);
        released().addPackage(beans).as(ZipExporter.class).exportTo(war.toFile(), true);
        return war;
    }

    private static WebArchive released() {
        return ShrinkWrap.createFromZipFile(WebArchive.class, new File(System.getProperty("herald.war")));
    }

    /**
     * What an application's {@code META-INF/microprofile-config.properties} says, with a database of its own, and without quotas
     * unless it says so: tests ask for more than people do.
     */
    public static StringAsset settings(String lines) {
        var quotas = lines.contains("herald.quota=") ? "" : "\nherald.quota=off";
        return new StringAsset(lines + quotas + "\nherald.data.dir=" + newDataDirectory() + "\n");
    }

    /** Where no Herald has kept anything yet. */
    static Path newDataDirectory() {
        return Path.of(System.getProperty("herald.war"))
                .resolveSibling("data")
                .resolve(UUID.randomUUID().toString())
                .toAbsolutePath();
    }
}
