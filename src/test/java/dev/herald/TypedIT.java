package dev.herald;

import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.typed.Bench;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application with Herald's classes jar whose events are handled by typed methods. */
@ArquillianTest
@RunAsClient
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class TypedIT {

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addPackage(Bench.class.getPackage())
                .addAsResource(
                        HeraldWar.settings("herald.board=false\nherald.asyncapi=true"),
                        "META-INF/microprofile-config.properties");
    }

    @Test
    void theOfficialClientUsesTypedHandlers() throws Exception {
        NodeScript.pass("socketio/typed.mjs", "http://127.0.0.1:" + ServerUnderTest.PORT);
    }

    /** By the official schema of AsyncAPI; and what handlers take, refuse and answer is what the description says. */
    @Test
    void theDescriptionOfItsEventsIsValidAndTrue() throws Exception {
        NodeScript.pass("socketio/asyncapi.mjs", "http://127.0.0.1:" + ServerUnderTest.PORT);
    }
}
