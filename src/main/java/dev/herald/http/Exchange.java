package dev.herald.http;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import dev.herald.api.PersonPrincipal;
import dev.herald.nonblocking.AbortListener;
import dev.herald.nonblocking.BodyReader;
import dev.herald.request.Asker;
import dev.herald.request.ErrorCode;
import dev.herald.request.RejectedException;
import dev.herald.request.Reply;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A single request and its one answer. If the answer is known when the request's own thread comes to {@link #end}, that thread
 * writes it; otherwise the request waits without a thread, and one of the container's writes it later, because writing may wait
 * for the client.
 *
 * <p>The request's thread begins, reads and ends; any thread answers, holding no lock. The first answer counts.
 */
public final class Exchange {

    private static final System.Logger LOG = System.getLogger(Exchange.class.getName());

    /** How long a request waits for its answer once it is read. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpServer server;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final PersonPrincipal visitor;
    private final boolean isHead;

    // Guarded by this object's monitor, under which the container is only asked to let the request wait.
    private @Nullable AsyncContext context;
    private @Nullable Answer answer;
    /** Somebody writes the answer, or has; or there is nobody to write it to. */
    private boolean written;

    /** What else is to be done when the client goes away. */
    private volatile Runnable aborted = () -> {};

    /** Since when only the answer is missing; 0 while the body is on its way. */
    private volatile long since = System.nanoTime();

    Exchange(HttpServer server, HttpServletRequest request, HttpServletResponse response) {
        if (!(request.getUserPrincipal() instanceof PersonPrincipal known)) {
            throw new IllegalStateException(
                    "the request did not pass Herald's filter: map dev.herald.web.VisitorFilter to it in web.xml");
        }
        this.server = server;
        this.request = request;
        this.response = response;
        this.visitor = known;
        this.isHead = request.getMethod().equals("HEAD");
    }

    /** Who asks. */
    PersonPrincipal visitor() {
        return visitor;
    }

    /** Who asks. */
    public Asker asker() {
        return Asker.of(visitor);
    }

    /** The request. Only for the request's own thread. */
    public HttpServletRequest request() {
        return request;
    }

    /** Refuses the request. */
    public void refuse(Problem problem) {
        answer(problem.answer());
    }

    /** Refuses the request's method. */
    public void refuseMethod(String allowed) {
        answer(Problem.method(allowed).answer().with("Allow", allowed));
    }

    /** Answers with JSON that is there. */
    public void answerJson(String json) {
        answer(new Answer(HttpServletResponse.SC_OK, Answer.JSON_TYPE, json));
    }

    /** Reads the log on another thread, and answers what comes of it. */
    public void answerFromLog(Supplier<CompletionStage<Reply>> question) {
        if (!server.read(() -> answerWith(question))) {
            answer(Answer.of(
                    new Reply.Rejected(ErrorCode.OVERLOADED, "too many requests wait for the log; try again")));
        }
    }

    /** Answers what becomes of a request. */
    public void answerWith(Supplier<CompletionStage<Reply>> question) {
        answerUnless(etag -> false, question);
    }

    /**
     * Answers what becomes of a request, or only that it has not changed.
     *
     * @param has whether the asker has what has this {@code ETag}
     */
    public void answerUnless(Predicate<String> has, Supplier<CompletionStage<Reply>> question) {
        try {
            var unused = question.get()
                    .thenApply(reply -> Answer.of(reply).unless(has))
                    .whenComplete((there, failure) -> {
                        if (failure == null) {
                            answer(there);
                        } else {
                            fail(failure);
                        }
                    });
        } catch (RejectedException e) {
            answer(Answer.of(e.reply()));
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void fail(Throwable cause) {
        LOG.log(ERROR, "a request by HTTP of " + visitor.getName() + " is answered 500", cause);
        answer(Answer.of(Reply.Rejected.ofMistake(ErrorCode.SERVER_ERROR)));
    }

    /**
     * Reads the request's body, which has to be a JSON object, and answers what becomes of it.
     *
     * @param question given the body
     */
    public void answerBody(Function<JsonObject, CompletionStage<Reply>> question) throws IOException {
        if (!PublishBody.isReadable(request.getContentType())) {
            refuse(new Problem(415, "type-unsupported", "a body is application/json in UTF-8"));
            return;
        }
        new Body(bytes -> question.apply(PublishBody.read(bytes))).begin();
    }

    /**
     * Reads the request's body, which has to be a change of a document, and answers what becomes of it.
     *
     * @param question given the change as the member {@code merge} or {@code patch}
     */
    public void answerChange(Function<JsonObject, CompletionStage<Reply>> question) throws IOException {
        var kind = PublishBody.changeOf(request.getContentType());
        if (kind.isEmpty()) {
            refuse(new Problem(
                    415,
                    "type-unsupported",
                    "a change is application/merge-patch+json or application/json-patch+json in UTF-8"));
            return;
        }
        new Body(bytes -> question.apply(Json.createObjectBuilder()
                        .add(kind.get(), PublishBody.readValue(bytes))
                        .build()))
                .begin();
    }

    /** A body on its way. */
    private final class Body {

        private final Function<byte[], CompletionStage<Reply>> question;
        private final BodyReader reader;
        private final long length = request.getContentLengthLong();

        Body(Function<byte[], CompletionStage<Reply>> question) throws IOException {
            this.question = question;
            this.reader = new BodyReader(
                    request,
                    server.settings().maxBodyBytes(),
                    server.slowBodies(),
                    end -> server.execute(() -> take(end)));
        }

        void begin() {
            since = 0;
            reader.begin(Exchange.this::startAsync).ifPresent(this::take);
        }

        private void take(BodyReader.End end) {
            since = System.nanoTime();
            if (end == BodyReader.End.WHOLE) {
                answerWith(() -> question.apply(reader.bytes()));
                return;
            }
            var refusal = Problem.of(end, server.settings().maxBodyBytes()).answer();
            var isUnread = end.isUnread() || reader.received() < length;
            answer(isUnread ? refusal.with("Connection", "close") : refusal);
        }
    }

    /**
     * Lets the request wait without a thread. Only for the request's own thread.
     *
     * @param gone called, by any thread, when the client goes away, also after {@link #becomeStream}
     */
    void await(Runnable gone) {
        aborted = gone;
        startAsync();
    }

    /** What follows is no single answer: from now on the caller writes, and completes the request. Empty if it is answered already. */
    synchronized Optional<AsyncContext> becomeStream() {
        var waiting = context;
        if (written || answer != null || waiting == null) {
            return Optional.empty();
        }
        written = true;
        server.forget(this);
        return Optional.of(waiting);
    }

    HttpServletResponse response() {
        return response;
    }

    private synchronized AsyncContext startAsync() {
        var started = context;
        if (started == null) {
            started = request.startAsync();
            started.setTimeout(0);
            started.addListener(new AbortListener(cause -> abandon()));
            context = started;
            server.watch(this);
        }
        return started;
    }

    /** The request's thread has done what there is to do: the answer is written, or the request waits for it. */
    public void end() throws IOException {
        Answer there;
        synchronized (this) {
            if (written) {
                return;
            }
            there = answer;
            if (there == null) {
                startAsync();
                return;
            }
            written = true;
        }
        there.write(response, !isHead);
    }

    private void answer(Answer last) {
        synchronized (this) {
            if (answer != null || written) {
                return;
            }
            answer = last;
            if (context == null) {
                // The request's thread is not at the end yet: it writes the answer there.
                return;
            }
            written = true;
        }
        server.execute(() -> writeAndComplete(last));
    }

    private void writeAndComplete(Answer last) {
        try {
            last.write(response, !isHead);
        } catch (IOException | RuntimeException | Error e) {
            LOG.log(DEBUG, () -> "the answer to a request was lost: " + e);
        } finally {
            complete();
        }
    }

    private void complete() {
        server.forget(this);
        AsyncContext started;
        synchronized (this) {
            started = context;
        }
        try {
            if (started != null) {
                started.complete();
            }
        } catch (IllegalStateException e) {
            LOG.log(DEBUG, () -> "the container had ended a request before: " + e);
        }
    }

    /** The client has gone away. */
    private void abandon() {
        aborted.run();
        synchronized (this) {
            if (written) {
                return;
            }
            written = true;
        }
        complete();
    }

    /** Checks the deadline. */
    void tick(long now) {
        if (since != 0 && now - since > PATIENCE.toNanos()) {
            answer(Answer.of(
                    new Reply.Rejected(ErrorCode.OVERLOADED, "the answer takes too long; ask again with the same id")));
        }
    }

    /** The server goes down. */
    void goAway() {
        answer(Answer.of(new Reply.Rejected(ErrorCode.OVERLOADED, "the server goes down; come back")));
    }
}
