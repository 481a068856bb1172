package dev.herald.it;

import java.io.File;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The WAR that the build has just packed, for Arquillian to deploy. */
public final class HeraldWar {

    private HeraldWar() {}

    /** An empty application that has the jar that the build has just packed in its WEB-INF/lib, as the README says. */
    public static WebArchive anApplicationWithTheJar() {
        var jar = new File(System.getProperty("herald.war").replace(".war", "-classes.jar"));
        return ShrinkWrap.create(WebArchive.class, "application.war").addAsLibrary(jar, "herald-classes.jar");
    }

    /** Returns the very file that is released, never a selection of its classes. */
    public static WebArchive fromTheBuild() {
        return ShrinkWrap.createFromZipFile(WebArchive.class, new File(System.getProperty("herald.war")));
    }
}
