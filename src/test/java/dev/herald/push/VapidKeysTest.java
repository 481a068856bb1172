package dev.herald.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.URI;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class VapidKeysTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    private final VapidKeys keys = VapidKeys.make();
    private final PushBrowser browser = new PushBrowser();

    @Test
    void signsForTheServiceAloneAndForHalfADay() {
        var header =
                keys.authorization(URI.create("https://push.example/send/1?x=y"), "mailto:admin@example.org", NOON);

        assertThat(browser.claims(header, keys.publicKey()))
                .isEqualTo("{\"aud\":\"https://push.example\",\"exp\":"
                        + Instant.parse("2026-01-02T00:00:00Z").getEpochSecond()
                        + ",\"sub\":\"mailto:admin@example.org\"}");
        assertThatIllegalStateException()
                .isThrownBy(() -> browser.claims(header, VapidKeys.make().publicKey()));
    }

    @Test
    void leavesOutTheContactWhenThereIsNoneAndNamesAPort() {
        var header = keys.authorization(URI.create("http://127.0.0.1:8090/1"), "", NOON);

        assertThat(browser.claims(header, keys.publicKey()))
                .contains("\"aud\":\"http://127.0.0.1:8090\"")
                .doesNotContain("sub");
    }

    @Test
    void keepsThePrivateKeyToItself() {
        assertThat(keys.toString()).contains(keys.publicKey()).doesNotContain(keys.privateKey());
        assertThat(Base64.getUrlDecoder().decode(keys.publicKey())).hasSize(65);
        assertThat(Base64.getUrlDecoder().decode(keys.privateKey())).hasSize(32);
        assertThat(VapidKeys.make().publicKey()).isNotEqualTo(keys.publicKey());
    }
}
