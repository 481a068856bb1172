package dev.herald;

import static dev.herald.it.ServerUnderTest.PORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.HeraldWar;
import dev.herald.it.RawWebSocket;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.WebSocketEcho;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import me.normanmaurer.maven.autobahntestsuite.AutobahnTestSuite;
import me.normanmaurer.maven.autobahntestsuite.FuzzingCaseResult;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;

/** The engine's WebSocket on a real server: what Autobahn|Testsuite says of it, and peers that do wrong for long. */
@ArquillianTest
@RunAsClient
class AutobahnIT {

    private static final String ECHO = "ws://127.0.0.1:" + PORT + "/echo";

    /** Framing, pings, reserved bits, opcodes, fragments, UTF-8, closing, and a message in many pieces. */
    private static final List<String> CASES = List.of("1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*");

    private static final int COUNT = 247;

    private static final Set<String> GOOD = Set.of("OK", "NON_STRICT", "INFORMATIONAL");

    @Deployment(testable = false)
    static WebArchive echo() {
        return HeraldWar.fromTheBuild()
                .addClass(WebSocketEcho.class)
                .addClasses(WebSocketEcho.class.getDeclaredClasses());
    }

    @Test
    void noCaseOfAutobahnFails() throws Exception {
        var results = AutobahnTestSuite.runFuzzingClient("Herald", ECHO, Map.of(), CASES, List.of());

        System.out.println("Autobahn|Testsuite: " + count(results));
        assertThat(results).hasSize(COUNT).filteredOn(AutobahnIT::isBad).isEmpty();
    }

    private static Map<String, Integer> count(List<FuzzingCaseResult> results) {
        var counts = new TreeMap<String, Integer>();
        results.forEach(result -> counts.merge(String.valueOf(result.behavior()), 1, Integer::sum));
        return counts;
    }

    private static boolean isBad(FuzzingCaseResult result) {
        return !GOOD.contains(String.valueOf(result.behavior()))
                || !GOOD.contains(String.valueOf(result.behaviorClose()));
    }

    @Test
    void aMessageWithoutEndIsRefusedAndNotKept() throws Exception {
        try (var endless = new RawWebSocket(PORT, "/echo")) {
            var fragment = new byte[16_000];
            endless.send(false, 1, fragment);
            for (var sent = fragment.length; sent <= WebSocketEcho.LIMIT; sent += fragment.length) {
                endless.send(false, 0, fragment);
            }

            assertThat(endless.readToClose()).isEqualTo(1009);
        }
    }

    @Test
    void aPeerThatReadsNothingIsGoneAfterTheTimeout() throws Exception {
        awaitNobody();
        try (var deaf = new RawWebSocket(PORT, "/echo")) {
            await().until(AutobahnIT::connections, "1"::equals);
            var talking = new Thread(() -> talk(deaf));
            talking.setDaemon(true);
            talking.start();

            await().atMost(Duration.ofSeconds(30)).until(AutobahnIT::connections, "0"::equals);
        }
    }

    /** The clients of the test before may still be on their way out. */
    private static void awaitNobody() {
        await().atMost(Duration.ofSeconds(30)).until(AutobahnIT::connections, "0"::equals);
    }

    private static String connections() throws Exception {
        return ServerUnderTest.get("/echo").body();
    }

    private static void talk(RawWebSocket peer) {
        try {
            while (true) {
                peer.send(true, 2, new byte[60_000]);
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    @Test
    void aPeerThatDoesNotAnswerACloseIsGoneAfterTheTimeout() throws Exception {
        awaitNobody();
        try (var silent = new RawWebSocket(PORT, "/echo")) {
            silent.send(true, 11, new byte[0]);
            assertThat(silent.readToClose()).isEqualTo(1002);
            assertThat(connections()).isEqualTo("1");

            assertThat(silent.readToClose()).isEqualTo(1006);
            assertThat(connections()).isEqualTo("0");
        }
    }
}
