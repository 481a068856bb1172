package dev.herald;

import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.shop.Workbench;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The settings of Socket.IO that {@link SocketIoSettingsIT} cannot have. */
@ArquillianTest
@RunAsClient
class SocketIoWindowIT {

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addClass(Workbench.class)
                .addAsResource(HeraldWar.settings("""
                                herald.board=false
                                herald.socketio.transports=websocket
                                herald.socketio.recovery-window=2000
                                herald.socketio.max-suspended=1
                                """), "META-INF/microprofile-config.properties");
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void clientsThatAreAwayAreNotRememberedForLong() throws Exception {
        NodeScript.pass("socketio/window.mjs", "http://127.0.0.1:" + ServerUnderTest.PORT);
    }
}
