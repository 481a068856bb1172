package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.identity.WordTokens;
import java.util.concurrent.TimeUnit;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application with small quotas, and clients that ask for more. */
@ArquillianTest
@RunAsClient
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class QuotaIT {

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addClass(WordTokens.class)
                .addAsResource(HeraldWar.settings("""
                                herald.board=false
                                herald.quota=on
                                herald.quota.messages=20/100
                                herald.quota.characters=20000/60100
                                herald.quota.joins=5/10
                                herald.quota.pages=5/10
                                herald.quota.person.messages=40/200
                                herald.quota.person.characters=40000/120200
                                herald.quota.person.joins=10/20
                                herald.quota.person.pages=10/20
                                herald.quota.person.stored=400000
                                herald.quota.network.guests=1/10
                                herald.quota.network.channels=1/5
                                herald.quota.network.stored=300000
                                """), "META-INF/microprofile-config.properties");
    }

    @Test
    void whoAsksForTooMuchIsHeldToTheQuotasAndNobodyElse() throws Exception {
        var said = NodeScript.pass("socketio/quota.mjs", "http://127.0.0.1:" + ServerUnderTest.PORT);

        var waits = said.lines().filter(line -> line.contains("bystander")).toList();
        assertThat(waits).hasSize(8);
        waits.forEach(System.out::println);
    }
}
