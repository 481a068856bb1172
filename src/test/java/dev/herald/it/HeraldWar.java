package dev.herald.it;

import java.io.File;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The WAR that the build has just packed, for Arquillian to deploy. */
public final class HeraldWar {

    private HeraldWar() {}

    /** Returns the very file that is released, never a selection of its classes. */
    public static WebArchive fromTheBuild() {
        return ShrinkWrap.createFromZipFile(WebArchive.class, new File(System.getProperty("herald.war")));
    }
}
