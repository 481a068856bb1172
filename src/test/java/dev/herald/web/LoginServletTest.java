package dev.herald.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.testing.FakeHttp;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose forms sign in and out; all else is in LoginIT, as it goes by the container. */
class LoginServletTest {

    private static int status(String path, String origin, String... allowed) throws Exception {
        var servlet = new LoginServlet();
        servlet.isOffered = true;
        servlet.origins = new Origins(List.of(allowed));
        var http = new FakeHttp("POST", path).header("Origin", origin);
        servlet.doPost(http.request(), http.response());
        return http.status;
    }

    @Test
    void pagesThatAreNotListedByNameSignNobodyInOrOut() throws Exception {
        for (var path : List.of("/login", "/logout")) {
            assertThat(status(path, "https://evil.example", "*")).as(path).isEqualTo(403);
            assertThat(status(path, "null", "null")).as(path).isEqualTo(403);
            assertThat(status(path, "https://good.example", "*")).as(path).isEqualTo(303);
            assertThat(status(path, "https://app.example", "https://app.example"))
                    .as(path)
                    .isEqualTo(303);
        }
    }
}
