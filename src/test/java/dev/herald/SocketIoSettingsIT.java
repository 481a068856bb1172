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

/** What the settings change of Socket.IO, each in a way that clients see. */
@ArquillianTest
@RunAsClient
class SocketIoSettingsIT {

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addClass(Workbench.class)
                .addAsResource(HeraldWar.settings("""
                                herald.board=false
                                herald.ping-interval=600
                                herald.ping-timeout=900
                                herald.socketio.upgrades=false
                                herald.socketio.max-payload=5000
                                herald.socketio.max-packets=8
                                herald.socketio.queue-messages=20
                                herald.socketio.namespaces=/listed
                                herald.socketio.connect-timeout=700
                                herald.socketio.attachment-timeout=700
                                herald.socketio.max-invalid-namespaces=2
                                herald.socketio.pending-answers=2
                                herald.socketio.recovery=false
                                herald.socketio.metadata=false
                                herald.socketio.answer-unhandled=true
                                """), "META-INF/microprofile-config.properties");
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void clientsMeetTheSettings() throws Exception {
        NodeScript.pass("socketio/settings.mjs", "http://127.0.0.1:" + ServerUnderTest.PORT);
    }
}
