package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.it.FromSocketIoPage;
import dev.herald.it.HeraldWar;
import dev.herald.it.NodeScript;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.node.Arrivals;
import dev.herald.it.shop.Diary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each row of docs/from-socketio.md does what it says, by the stock client; the script tries them all once. */
@ArquillianTest
@RunAsClient
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class FromSocketIoIT {

    /** What the script has said; it runs with the first test. */
    private static String said = "";

    private static final String SERVER = "http://127.0.0.1:" + ServerUnderTest.PORT;

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addPackage(Arrivals.class.getPackage())
                .addClass(Diary.class)
                .addClasses(Diary.class.getDeclaredClasses())
                .addAsResource(HeraldWar.settings("herald.board=false"), "META-INF/microprofile-config.properties");
    }

    static List<String> rows() throws IOException {
        return FromSocketIoPage.rows().stream().map(FromSocketIoPage.Row::name).toList();
    }

    private static synchronized String said() throws IOException, InterruptedException {
        if (said.isEmpty()) {
            var script = NodeScript.start("socketio/from-socketio.mjs", SERVER);
            said = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            script.waitFor();
            System.out.println(said);
        }
        return said;
    }

    /** First, as it counts who is there. */
    @Test
    @Order(1)
    void theServersOfTwoTutorialsServeTheTutorialsPages() throws Exception {
        var pages = Path.of("src/test/resources/dev/herald/tutorials").toAbsolutePath();

        NodeScript.pass("socketio/tutorials.mjs", SERVER, pages.toString());
    }

    @Order(2)
    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void doesWhatTheRowSays(String row) throws Exception {
        assertThat(said()).contains("ok  " + row + " (");
    }

    @Test
    @Order(2)
    void doesWhatThePagesSayBesides() throws Exception {
        assertThat(said()).contains("PASSED");
    }
}
