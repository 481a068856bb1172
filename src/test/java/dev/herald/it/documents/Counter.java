package dev.herald.it.documents;

import dev.herald.api.ChannelName;
import dev.herald.api.DocumentVersion;
import dev.herald.api.Documents;
import dev.herald.api.EventException;
import dev.herald.api.Herald;
import dev.herald.api.RefusedException;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * {@code POST ?do=&cart=&with=} does something and answers {@code version n}, or what went wrong; {@code GET ?cart=} is a document,
 * and {@code GET} what the auditor has noted.
 */
@WebServlet(Counter.PATH)
@SuppressWarnings("serial") // never serialised
public class Counter extends HttpServlet {

    /** The servlet's. */
    public static final String PATH = "/carts";

    private static final int PATIENCE_SECONDS = 20;

    @Inject
    transient Till till;

    @Inject
    transient Auditor auditor;

    @Inject
    transient Documents documents;

    @Inject
    transient Herald herald;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain;charset=UTF-8");
        var cart = request.getParameter("cart");
        response.getWriter().print(cart == null ? String.join("\n", auditor.lines()) : read(cart));
    }

    private String read(String cart) {
        var value = documents.open(cart).toCompletableFuture().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return value.join().version() + " " + value.join().value();
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        request.setCharacterEncoding("UTF-8");
        response.setContentType("text/plain;charset=UTF-8");
        response.getWriter()
                .print(perform(request.getParameter("do"), request.getParameter("cart"), request.getParameter("with")));
    }

    private String perform(String what, String cart, String with) {
        try {
            return switch (what) {
                case "add" -> outcome(till.add(cart, with));
                case "deliver" -> outcome(till.deliverTo(cart, with));
                case "empty" -> outcome(till.empty(cart));
                case "break" -> outcome(documents.change(cart, now -> Json.createValue(with)));
                case "pay" -> pay(cart);
                case "fail-to-pay" -> failToPay(cart);
                case "publish" -> {
                    var unused = herald.publish(ChannelName.ofDocument(cart), with, JsonValue.NULL);
                    yield "published";
                }
                default -> "nothing is " + what;
            };
        } catch (IllegalArgumentException e) {
            return "illegal: " + e.getMessage();
        }
    }

    /** Says what the document was like inside the transaction. */
    private String pay(String cart) {
        var inside = new AtomicReference<String>();
        return outcome(till.pay(cart, charged -> inside.set(read(charged)))) + ", before " + inside.get();
    }

    private String failToPay(String cart) {
        try {
            return outcome(till.pay(cart, charged -> {
                throw new IllegalStateException("the bank says no");
            }));
        } catch (IllegalStateException e) {
            return e.getMessage();
        }
    }

    private static String outcome(CompletionStage<DocumentVersion> change) {
        try {
            return "version "
                    + change.toCompletableFuture()
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .version();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof EventException refusal) {
                return refusal.code() + ": " + refusal.getMessage();
            }
            return e.getCause() instanceof RefusedException refused
                    ? refused.reason().code()
                    : String.valueOf(e.getCause());
        } catch (Exception e) {
            return String.valueOf(e);
        }
    }
}
