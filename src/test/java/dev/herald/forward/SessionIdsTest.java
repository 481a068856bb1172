package dev.herald.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SessionIdsTest {

    @Test
    void areSecretsAloneWhenThereIsOneNode() {
        var ids = new SessionIds(NodeDirectory.alone());

        assertThat(ids.next()).matches("[A-Za-z0-9_-]{27}").isNotEqualTo(ids.next());
        assertThat(SessionIds.nodeOf(ids.next())).isEmpty();
    }

    @Test
    void nameTheirNodeBehindTheSecret() {
        var id = new SessionIds(nodes("Ab3_-xyz")).next();

        assertThat(id).matches("[A-Za-z0-9_-]{27}Ab3_-xyz");
        assertThat(SessionIds.nodeOf(id)).isEqualTo("Ab3_-xyz");
    }

    @Test
    void ofClientsMayBeAnyText() {
        assertThat(SessionIds.nodeOf("")).isEmpty();
        assertThat(SessionIds.nodeOf("名前")).isEmpty();
        assertThat(SessionIds.nodeOf("%0d%0a".repeat(100))).hasSize(573);
    }

    private static NodeDirectory nodes(String me) {
        return new NodeDirectory() {

            @Override
            public String me() {
                return me;
            }

            @Override
            public Optional<URI> urlOf(String node) {
                return Optional.empty();
            }

            @Override
            public byte[] secret() {
                return new byte[16];
            }
        };
    }
}
