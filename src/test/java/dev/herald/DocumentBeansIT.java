package dev.herald;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.herald.it.HeraldWar;
import dev.herald.it.ServerUnderTest;
import dev.herald.it.documents.Counter;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.StringReader;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application whose beans read, change, check and observe shared documents. */
@ArquillianTest
@RunAsClient
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class DocumentBeansIT {

    @Deployment(testable = false)
    static WebArchive application() {
        return HeraldWar.anApplicationWithTheJar()
                .addPackage(Counter.class.getPackage())
                .addAsResource(
                        HeraldWar.settings("herald.board=false\nherald.document.max-size=2000"),
                        "META-INF/microprofile-config.properties");
    }

    private final String cart = "cart-" + UUID.randomUUID();

    private String perform(String what, String with) throws Exception {
        return perform(what, cart, with);
    }

    private static String perform(String what, String name, String with) throws Exception {
        var form = "do=" + what + "&cart=" + name + "&with=" + URLEncoder.encode(with, StandardCharsets.UTF_8);
        return ServerUnderTest.post(Counter.PATH, form, Map.of()).body();
    }

    /** Of the form {@code version JSON}. */
    private static String read(String name) throws Exception {
        return ServerUnderTest.get(Counter.PATH + "?cart=" + name).body();
    }

    private static JsonObject parse(String text) {
        return Json.createReader(new StringReader(text)).readObject();
    }

    private void assertIs(int version, String json) throws Exception {
        var answer = read(cart).split(" ", 2);
        assertThat(answer[0]).isEqualTo("" + version);
        assertThat(parse(answer[1])).isEqualTo(parse(json.replace('\'', '"')));
    }

    private List<String> audited() throws Exception {
        return ServerUnderTest.get(Counter.PATH).body().lines().toList();
    }

    @Test
    void aDocumentBeginsWithWhatTheApplicationHasForIt() throws Exception {
        assertIs(1, "{'currency':'EUR'}");
        assertIs(1, "{'currency':'EUR'}");
        assertThat(read("note-" + cart)).isEqualTo("0 {}");
    }

    @Test
    void beansChangeItAsJsonAndAsObjectsAndTheValidatorAddsWhatFollows() throws Exception {
        assertThat(perform("deliver", "名前, سلمى 😀")).isEqualTo("version 2");
        assertThat(perform("add", "Jürgen's tea")).isEqualTo("version 3");

        assertIs(3, "{'currency':'EUR','address':'名前, سلمى 😀','articles':['Jürgen\\u0027s tea'],'count':1}");

        assertThat(perform("empty", "")).isEqualTo("version 4");
        assertIs(4, "{'currency':'EUR','address':'名前, سلمى 😀','count':0}");
    }

    @Test
    void theValidatorRefusesWithItsOwnCodeAndNothingIsChanged() throws Exception {
        perform("add", "tea");

        assertThat(perform("add", "no coffee")).isEqualTo("sold-out: there is no more \"no coffee\"");
        assertThat(perform("break", "cart")).isEqualTo("no-cart: a cart has a list of articles");
        assertThat(perform("deliver", "x".repeat(3_000)))
                .isEqualTo("too-large: the document would have more than 2000 characters");
        assertIs(2, "{'currency':'EUR','articles':['tea'],'count':1}");
        assertThat(perform("break", "note-" + cart, "no cart")).isEqualTo("version 1");
    }

    @Test
    void observersAreToldOfTheDocumentsThatTheyNameInTheOrderOfTheVersions() throws Exception {
        perform("deliver", "note-" + cart, "nobody");
        for (var n = 0; n < 20; n++) {
            perform("add", "tea " + n);
        }

        var expected = IntStream.rangeClosed(1, 21)
                .mapToObj(version -> cart + " " + version + " by the shop")
                .toList();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(audited().stream().filter(line -> line.startsWith(cart)))
                        .containsExactlyElementsOf(expected));
    }

    @Test
    void aDurableObserverOfItsChannelSeesEachChange() throws Exception {
        var note = "note-" + cart;
        perform("deliver", note, "nobody");
        perform("deliver", note, "somebody");

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(audited().stream().filter(line -> line.contains(note)))
                        .containsExactly("kept " + note + " 1", "kept " + note + " 2"));
    }

    @Test
    void insideATransactionAChangeIsMadeAfterTheCommitAndNeverAfterARollback() throws Exception {
        assertThat(perform("add", "tea")).isEqualTo("version 2");

        assertThat(perform("fail-to-pay", "")).isEqualTo("the bank says no");
        assertThat(perform("pay", "")).startsWith("version 3, before 2 ").doesNotContain("true");

        assertIs(3, "{'currency':'EUR','articles':['tea'],'count':1,'paid':true}");
    }

    @Test
    void manyRequestsThatChangeOneDocumentLoseNothing() throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        try {
            var answers = new ArrayList<Future<String>>();
            IntStream.range(0, 40).forEach(n -> answers.add(threads.submit(() -> perform("add", "tea " + n))));
            for (var answer : answers) {
                assertThat(answer.get()).startsWith("version ");
            }
        } finally {
            threads.shutdown();
        }

        var answer = read(cart).split(" ", 2);
        assertThat(answer[0]).isEqualTo("41");
        assertThat(parse(answer[1]).getJsonArray("articles")).hasSize(40).doesNotHaveDuplicates();
        assertThat(parse(answer[1]).getInt("count")).isEqualTo(40);
    }

    @Test
    void nothingIsPublishedToItsChannel() throws Exception {
        assertThat(perform("publish", "doc:changed")).startsWith("illegal: nothing is published to doc:" + cart);
    }
}
