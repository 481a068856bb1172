package dev.herald.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.KeyPair;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageEncryptionTest {

    @Test
    void writesTheExampleOfTheContentCoding() {
        // RFC 8188, 3.1, "Encryption of a Response".
        var coded = Aes128Gcm.encrypt(
                "I am the walrus".getBytes(UTF_8),
                bytes("I1BsxtFttlv3u_Oo94xnmw"),
                bytes("yqdlZ-tYemfogSmv7Ws5PQ"),
                new byte[0]);

        assertThat(text(coded)).isEqualTo("I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg");
    }

    @Test
    void writesTheExampleOfMessageEncryption() {
        // RFC 8291, 5, "Push Message Encryption Example", and its Appendix A.
        var sender = new KeyPair(
                P256.publicKey(bytes(
                        "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")),
                P256.privateKey(bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")));
        var receiver = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";

        var coded = MessageEncryption.encrypt(
                "When I grow up, I want to be a watermelon".getBytes(UTF_8),
                P256.publicKey(bytes(receiver)),
                bytes("BTBZMqHH6r4Tts7J_aSIgg"),
                sender,
                bytes("DGv6ra1nlYgDCS1FRnbzlw"));

        assertThat(text(coded))
                .isEqualTo("DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
                        + "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
                        + "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Jürgen, 名前, سلمى 😀"})
    void aBrowserReadsWhatWasEncryptedForIt(String message) {
        var browser = new PushBrowser();
        var coded = MessageEncryption.encrypt(message.getBytes(UTF_8), browser.device("https://push.example/1"));

        assertThat(browser.read(coded)).isEqualTo(message);
        assertThat(MessageEncryption.encrypt(message.getBytes(UTF_8), browser.device("https://push.example/1")))
                .as("neither key nor salt is used twice")
                .isNotEqualTo(coded);
    }

    @Test
    void theLongestMessageIsAsLongAsServicesTake() {
        var browser = new PushBrowser();
        var device = browser.device("https://push.example/1");
        var longest = "x".repeat(PushMessage.MAX_BYTES);

        var coded = MessageEncryption.encrypt(longest.getBytes(UTF_8), device);

        assertThat(coded).hasSize(4_096);
        assertThat(browser.read(coded)).isEqualTo(longest);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MessageEncryption.encrypt(new byte[PushMessage.MAX_BYTES + 1], device));
    }

    private static byte[] bytes(String base64) {
        return Base64.getUrlDecoder().decode(base64);
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
