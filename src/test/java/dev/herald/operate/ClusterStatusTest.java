package dev.herald.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.cluster.Cluster;
import java.lang.management.ManagementFactory;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class ClusterStatusTest {

    @Test
    void aLoneNodeIsShownAsOne() throws Exception {
        var server = ManagementFactory.getPlatformMBeanServer();
        var pattern = new ObjectName("dev.herald:type=Cluster,*");
        try (var cluster = Cluster.alone();
                var status = new ClusterStatus("/shop", cluster)) {
            status.open();
            var name = server.queryNames(pattern, null).iterator().next();
            assertThat(server.getAttribute(name, "Node"))
                    .isEqualTo(cluster.nodes().me());
            assertThat((String[]) server.getAttribute(name, "Others")).isEmpty();
            assertThat(server.getAttribute(name, "Housekeeper")).isEqualTo(true);
            assertThat(server.getAttribute(name, "Hearing")).isEqualTo(false);
        }
        assertThat(server.queryNames(pattern, null)).isEmpty();
    }
}
