package dev.herald.operate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OperatorFilterTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, localhost:8080, false, true",
        "127.0.0.1, 127.0.0.1, false, true",
        "0:0:0:0:0:0:0:1, [::1]:8080, false, true",
        // Another machine, whatever it says.
        "192.0.2.7, localhost:8080, false, false",
        "10.0.0.1, 10.0.0.1:8080, false, false",
        // A proxy on this machine, and a page of another site that has its name lead here.
        "127.0.0.1, localhost:8080, true, false",
        "127.0.0.1, evil.example:8080, false, false",
        "127.0.0.1, localhost.evil.example, false, false",
        "127.0.0.1, , false, false",
        ", localhost, false, false"
    })
    void onlyThisMachineItselfIsHere(String address, String host, boolean isProxied, boolean expected) {
        assertThat(OperatorFilter.isHere(address, host, isProxied)).isEqualTo(expected);
    }
}
