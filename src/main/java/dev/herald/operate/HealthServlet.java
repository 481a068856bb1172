package dev.herald.operate;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import dev.herald.api.RefusedException;
import dev.herald.cluster.Cluster;
import dev.herald.hub.Hub;
import dev.herald.hub.LogUnavailableException;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObjectBuilder;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/**
 * Answers {@code GET /health/live} and {@code GET /health/ready} with 200 and {@code {"status":"UP"}}, or 503 and {@code DOWN}
 * with a reason. Live: a message passes through the hub. Ready: the log answers, clients are admitted, and, of several nodes, this one
 * has its lease. Then it also says how many nodes live, and whether the bus is connected or the log is polled in its place.
 */
@SuppressWarnings("serial") // never serialised
public class HealthServlet extends HttpServlet {

    private static final System.Logger LOG = System.getLogger(HealthServlet.class.getName());

    private static final Duration ROUND_TRIP = Duration.ofSeconds(2);
    private static final String TOO_LATE = "no message came through the hub within " + ROUND_TRIP.toSeconds() + " s";

    @Inject
    transient Hub hub;

    @Inject
    transient Cluster cluster;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            if (request.getServletPath().endsWith("/live")) {
                hub.roundTrip(ROUND_TRIP);
                answer(response, HttpServletResponse.SC_OK, status("UP"));
            } else {
                hub.requireReady();
                sayReady(response);
            }
        } catch (ExecutionException e) {
            down(response, e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            LOG.log(ERROR, "health: " + TOO_LATE);
            sayDown(response, TOO_LATE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            sayDown(response, "the server goes down");
        } catch (RuntimeException e) {
            down(response, e);
        }
    }

    private void sayReady(HttpServletResponse response) throws IOException {
        var status = status("UP");
        var bus = cluster.bus();
        if (bus.isPresent()) {
            var nodes = cluster.nodes();
            if (!nodes.isAlive()) {
                sayDown(response, "this node has no lease beside the others; its log says why");
                return;
            }
            status.add("nodes", nodes.others().size() + 1).add("bus", bus.get().hearing() ? "connected" : "polling");
        }
        answer(response, HttpServletResponse.SC_OK, status);
    }

    /**
     * A database that does not answer, and an overload, are not errors of Herald's own. The log tells the operator about the
     * database.
     */
    private static void down(HttpServletResponse response, Throwable cause) throws IOException {
        var reason = String.valueOf(cause.getMessage());
        if (!(cause instanceof LogUnavailableException)) {
            LOG.log(cause instanceof RefusedException ? WARNING : ERROR, () -> "health: " + reason);
        }
        sayDown(response, reason);
    }

    private static void sayDown(HttpServletResponse response, String reason) throws IOException {
        var status = status("DOWN");
        if (!reason.isEmpty()) {
            status.add("reason", reason);
        }
        answer(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, status);
    }

    private static JsonObjectBuilder status(String status) {
        return Json.createObjectBuilder().add("status", status);
    }

    private static void answer(HttpServletResponse response, int code, JsonObjectBuilder json) throws IOException {
        response.setStatus(code);
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("application/json");
        response.getWriter().print(json.build());
    }
}
