package dev.herald.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Visitors say where messages go: this server must not send requests wherever they want. */
class PushServicesTest {

    private final PushBrowser browser = new PushBrowser();
    private final PushServices known = new PushServices(PushServices.KNOWN);
    private final PushServices any = new PushServices(List.of("*"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://fcm.googleapis.com/fcm/send/1",
                "https://updates.push.services.mozilla.com/wpush/v2/1",
                "https://web.push.apple.com/1",
                "https://par02p.notify.windows.com:443/w/?token=1"
            })
    void knowsTheServicesOfBrowsers(String endpoint) {
        assertThat(known.allow(browser.device(endpoint))).isTrue();
        assertThat(any.allow(browser.device(endpoint))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://push.example/1",
                "https://fcm.googleapis.com.evil.example/1",
                "https://evilfcm.googleapis.com/1",
                "https://evil.example/fcm.googleapis.com",
                "https://push.apple.com.evil.example/",
                "https://xpush.apple.com/"
            })
    void takesNoOther(String endpoint) {
        assertThat(known.allow(browser.device(endpoint))).isFalse();
        assertThat(any.allow(browser.device(endpoint))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://push.example/1",
                "https://push.example:8443/1",
                "https://127.0.0.1/1",
                "https://[::1]/1",
                "https://93.184.215.14/1",
                "https://2130706433/1",
                "ftp://push.example/1"
            })
    void takesNeitherOtherPortsNorPlainHttpNorBareAddresses(String endpoint) {
        assertThat(any.allow(browser.device(endpoint))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.9.9.9",
                "0.0.0.0",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "192.0.0.1",
                "192.0.2.1",
                "198.18.0.1",
                "198.51.100.7",
                "203.0.113.7",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "fc00::1",
                "fd12:3456::1",
                "fec0::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::1",
                "2001::1",
                "2001:db8::1"
            })
    void sendsToNoAddressThatIsNotOfTheInternet(String address) throws Exception {
        assertThat(PublicAddresses.isPublic(InetAddress.getByName(address))).isFalse();
        assertThat(any.allowNow(URI.create("https://push.example/1"), host ->
                        new InetAddress[] {InetAddress.getByName("93.184.215.14"), InetAddress.getByName(address)}))
                .as("when one of several is not")
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"93.184.215.14", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:2800:21f::1", "2a00:1450::1"})
    void sendsToAddressesOfTheInternet(String address) throws Exception {
        PushServices.Resolver resolver = host -> new InetAddress[] {InetAddress.getByName(address)};

        assertThat(any.allowNow(URI.create("https://push.example/1"), resolver)).isTrue();
        assertThat(known.allowNow(URI.create("https://push.example/1"), resolver))
                .isFalse();
    }

    @Test
    void sendsToAListedOriginAsItStands() throws Exception {
        var own = new PushServices(List.of("http://127.0.0.1:8090"));
        PushServices.Resolver never = host -> {
            throw new UnknownHostException(host);
        };

        assertThat(own.allow(browser.device("http://127.0.0.1:8090/1"))).isTrue();
        assertThat(own.allowNow(URI.create("http://127.0.0.1:8090/1"), never)).isTrue();
        assertThat(own.allow(browser.device("http://127.0.0.1:8091/1"))).isFalse();
        assertThat(own.allow(browser.device("https://127.0.0.1:8090/1"))).isFalse();
        assertThat(own.allow(browser.device("http://127.0.0.1:80901/1"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "push", "*.", "*.*", "https://push.example/path", "push.example:443", "a*.example"})
    void refusesAListThatIsNone(String listed) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PushServices(List.of(listed)))
                .withMessageContaining("herald.push.services");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "push",
                "https://",
                "mailto:a@b",
                "https://user@push.example/",
                "https://push.example/#x",
                "https:// "
            })
    void aDeviceHasAnAddress(String endpoint) {
        assertThatIllegalArgumentException().isThrownBy(() -> browser.device(endpoint));
    }

    @Test
    void aDeviceHasKeys() {
        var endpoint = "https://push.example/1";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PushDevice(endpoint, "not base64!", browser.secret()));
        assertThatIllegalArgumentException().isThrownBy(() -> new PushDevice(endpoint, "AAAA", browser.secret()));
        assertThatIllegalArgumentException().isThrownBy(() -> new PushDevice(endpoint, browser.key(), "AAAA"));
        assertThatIllegalArgumentException()
                .as("a point beside the curve")
                .isThrownBy(() -> new PushDevice(endpoint, "B" + "A".repeat(86), browser.secret()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PushDevice(
                        endpoint + "x".repeat(PushDevice.MAX_ENDPOINT), browser.key(), browser.secret()));
    }
}
