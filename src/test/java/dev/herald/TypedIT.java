package dev.herald;

import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.SignedTokens;
import dev.herald.it.jwt.Rest;
import dev.herald.it.typed.Bench;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application with Herald's classes jar whose events are handled by typed methods, and whose users have tokens. */
@ArquillianTest
@RunAsClient
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class TypedIT {

    /** Long enough for all steps before. */
    private static final int SOON_SECONDS = 20;

    private static final SignedTokens TOKENS = new SignedTokens();

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addPackages(false, Bench.class.getPackage(), Rest.class.getPackage())
                .addAsResource(
                        HeraldWar.settings("herald.board=false\nherald.asyncapi=true\n" + TOKENS.settings()),
                        "META-INF/microprofile-config.properties");
    }

    @Test
    void theOfficialClientUsesTypedHandlers() throws Exception {
        NodeScript.pass("socketio/typed.mjs", "http://127.0.0.1:" + ServerUnderTest.PORT);
    }

    /** MicroProfile JWT: the container's in the header, and the application's own check elsewhere. */
    @Test
    void tokensSayWhoSomebodyIs() throws Exception {
        NodeScript.pass(
                "socketio/jwt.mjs",
                "http://127.0.0.1:" + ServerUnderTest.PORT,
                TOKENS.issue("Jürgen", "clerk", 600),
                TOKENS.issue("ann", "boss", 600),
                TOKENS.issue("سلمى", "clerk", SOON_SECONDS),
                new SignedTokens().issue("Jürgen", "clerk", 600),
                TOKENS.issue("Jürgen", "clerk", -600));
    }

    /** By the official schema of AsyncAPI; and what handlers take, refuse and answer is what the description says. */
    @Test
    void theDescriptionOfItsEventsIsValidAndTrue() throws Exception {
        NodeScript.pass("socketio/asyncapi.mjs", "http://127.0.0.1:" + ServerUnderTest.PORT);
    }
}
