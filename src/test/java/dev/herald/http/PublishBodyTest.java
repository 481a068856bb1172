package dev.herald.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PublishBodyTest {

    /** As with {@code JSON.parse}. */
    @Test
    void ofMembersOfOneNameTheLastCounts() throws Exception {
        var body = "{\"event\":\"other\",\"event\":\"news\",\"data\":{\"名前\":1,\"名前\":\"Jürgen\"}}";

        assertThat(PublishBody.read(body.getBytes(UTF_8)))
                .hasToString("{\"event\":\"news\",\"data\":{\"名前\":\"Jürgen\"}}");
    }
}
