package dev.herald.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class AddressAgentTest {

    @Test
    void findsNothingWrongWithAFreePort() {
        assertThat(AddressAgent.problem("127.0.0.1", "0")).isEmpty();
    }

    @Test
    void saysThatAPortIsTaken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(AddressAgent.problem("127.0.0.1", "" + taken.getLocalPort()))
                    .contains("in use");
        }
    }

    @Test
    void saysWhatIsWrongWithWhatIsNoPlace() {
        assertThat(AddressAgent.problem("127.0.0.1", "http")).isEqualTo("the port is not a number");
        assertThat(AddressAgent.problem("127.0.0.1", "65536")).contains("65536");
        assertThat(AddressAgent.problem("nowhere.invalid", "8080")).isEqualTo("there is no such address");
    }
}
