package dev.herald.forward;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VoucherTest {

    private static final byte[] SECRET = "only the nodes know".getBytes(UTF_8);
    private static final String QUERY = "EIO=4&transport=polling&sid=abc";

    private static Optional<Voucher> opened(String header) {
        return Voucher.open(header, SECRET, "GET", QUERY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann", "Jürgen", "名前", "سلمى", "😀", "a.b\r\nc"})
    void comesAsItWasGiven(String person) {
        var voucher = new Voucher(Optional.of(person), "2001:db8::7%eth0");

        var header = voucher.sealed(SECRET, "GET", QUERY);

        assertThat(header).matches("[A-Za-z0-9_.-]+");
        assertThat(opened(header)).contains(voucher);
    }

    @Test
    void mayNameNobody() {
        var voucher = new Voucher(Optional.empty(), "");

        assertThat(opened(voucher.sealed(SECRET, "GET", QUERY))).contains(voucher);
    }

    @Test
    void countsOnlyForTheRequestThatItWasMadeFor() {
        var header = new Voucher(Optional.of("ann"), "192.0.2.1").sealed(SECRET, "GET", QUERY);

        assertThat(Voucher.open(header, SECRET, "POST", QUERY)).isEmpty();
        assertThat(Voucher.open(header, SECRET, "GET", QUERY + "d")).isEmpty();
        assertThat(Voucher.open(header, "another secret".getBytes(UTF_8), "GET", QUERY))
                .isEmpty();
    }

    @Test
    void doesNotCountWhenItWasChanged() {
        var header = new Voucher(Optional.of("ann"), "192.0.2.1").sealed(SECRET, "GET", QUERY);
        var bobs = new Voucher(Optional.of("bob"), "192.0.2.1").sealed(SECRET, "GET", QUERY);

        assertThat(opened(bobs.substring(0, bobs.lastIndexOf('.')) + header.substring(header.lastIndexOf('.'))))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "...", "YW5u..", "YW5u.YW5u.", "%.%.%", "😀.😀.😀"})
    void doesNotCountWhenItIsNone(String header) {
        assertThat(opened(header)).isEmpty();
    }

    @Test
    void ofAnyLengthCostsLittle() {
        assertThat(opened("a.".repeat(1_000_000))).isEmpty();
    }
}
