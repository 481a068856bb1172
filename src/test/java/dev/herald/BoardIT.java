package dev.herald;

import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.ServerUnderTest;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The board's events, by the official client, where some channels are closed and others are only read. */
@ArquillianTest
@RunAsClient
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class BoardIT {

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addAsResource(
                        HeraldWar.settings("herald.policy=closed.*:read=nobody,still.*:write=nobody"),
                        "META-INF/microprofile-config.properties");
    }

    @Test
    void theWholeWireByTheOfficialClient() throws Exception {
        NodeScript.pass("board/wire.mjs", "http://127.0.0.1:" + ServerUnderTest.PORT);
    }
}
