package dev.herald;

import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.shop.Diary;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;

/** The released WAR, with an observer that takes notes, by official clients of Socket.IO and by the tutorials' pages. */
@ArquillianTest
@RunAsClient
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SocketIoWarIT {

    private static final String SERVER = "http://127.0.0.1:" + ServerUnderTest.PORT;

    @Deployment(testable = false)
    static WebArchive herald() {
        return HeraldWar.fromTheBuild().addClass(Diary.class).addClasses(Diary.class.getDeclaredClasses());
    }

    /** First, as it counts who is there. */
    @Test
    @Order(1)
    void theTutorialsPagesWorkWithOnlyTheirAddressesChanged() throws Exception {
        NodeScript.pass(
                "socketio/tutorials.mjs",
                SERVER,
                Path.of("src/test/resources/dev/herald/tutorials")
                        .toAbsolutePath()
                        .toString());
    }

    @Test
    @Order(2)
    void guestsConverse() throws Exception {
        NodeScript.pass("socketio/conversation.mjs", SERVER);
    }

    @Test
    @Order(2)
    void whatIsTooMuchCostsNobodyElseAnything() throws Exception {
        NodeScript.pass("socketio/limits.mjs", SERVER);
    }
}
