package dev.herald;

import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.ServerUnderTest;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/** Shared documents of the released WAR on a real server, by real clients. */
@ArquillianTest
@RunAsClient
class DocumentIT {

    @Deployment(testable = false)
    static WebArchive herald() {
        return HeraldWar.fromTheBuild();
    }

    @Test
    void manyShareADocumentByEveryRoad() throws Exception {
        NodeScript.pass("socketio/documents.mjs", "http://127.0.0.1:" + ServerUnderTest.PORT);
    }
}
