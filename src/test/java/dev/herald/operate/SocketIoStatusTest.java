package dev.herald.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Map;
import javax.management.JMX;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class SocketIoStatusTest {

    /** The servers are asked when somebody looks, so that none is needed to see whether they can be found. */
    @Test
    void isShownFromOpenToClose() throws Exception {
        var server = ManagementFactory.getPlatformMBeanServer();
        var pattern = new ObjectName("dev.herald:type=SocketIo,*");
        var status = new SocketIoStatus("/shop", null, null);

        status.open();
        var shown = server.queryNames(pattern, null);
        status.close();

        assertThat(shown)
                .singleElement()
                .extracting(name -> ObjectName.unquote(name.getKeyProperty("application")))
                .isEqualTo("/shop");
        assertThat(server.queryNames(pattern, null)).isEmpty();
    }

    @Test
    void canBeReadByAnyClientOfJmx() {
        assertThat(JMX.isMXBeanInterface(SocketIoMXBean.class)).isTrue();
        assertThat(SocketIoMXBean.class.getMethods())
                .extracting(method -> method.getReturnType().getSimpleName())
                .containsExactlyInAnyOrder("int", Map.class.getSimpleName());
    }
}
