package dev.herald.it.shop;

import static dev.herald.api.Namespace.ALL;

import dev.herald.api.Connected;
import dev.herald.api.Disconnected;
import dev.herald.api.HeraldEvent;
import dev.herald.api.Namespace;
import dev.herald.api.Received;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Notes what observers see, for a test to read at {@code /diary}. */
@ApplicationScoped
public class Diary {

    private final List<String> lines = new CopyOnWriteArrayList<>();

    void note(@Observes @Namespace(ALL) HeraldEvent event) {
        if (event instanceof Connected e) {
            lines.add("connected " + e.connection().namespace() + " "
                    + e.connection().id());
        } else if (event instanceof Disconnected e) {
            lines.add("disconnected " + e.connection().namespace() + " "
                    + e.connection().id() + " " + e.reason());
        } else if (event instanceof Received e && e.json().length() < 1_000) {
            lines.add("received " + e.connection().namespace() + " " + e.event() + " " + e.json());
        }
    }

    /** By a method: a field of the proxy would be the proxy's own. */
    String read() {
        return String.join("\n", lines);
    }

    /** Shows it. */
    @WebServlet("/diary")
    @SuppressWarnings("serial") // never serialised
    public static class Window extends HttpServlet {

        @Inject
        transient Diary diary;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setContentType("text/plain;charset=UTF-8");
            response.getWriter().print(diary.read());
        }
    }
}
