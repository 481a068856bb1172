package dev.herald.engine;

import static dev.herald.testing.FakeTimer.proxy;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.websocket.WebSocketConnection;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One request and its response, as a container would hand them out. */
final class FakeExchange {

    private final String method;
    private final String query;
    private final Map<String, String> requestHeaders = new HashMap<>();
    private final Input input = new Input();
    private int announced;
    private String address = "127.0.0.1";
    private Throwable readingFails;
    private boolean finishedTooEarly;
    private boolean lengthIsKnown = true;
    private Throwable answerFails;
    private boolean bodyBreaks;
    private boolean upgradeFails;
    private AsyncListener asyncListener;

    int status = 200;
    final Map<String, String> headers = new HashMap<>();
    boolean asyncStarted;
    volatile int completions;
    WebSocketConnection connection;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    FakeExchange(String method, String query) {
        this.method = method;
        this.query = query;
    }

    FakeExchange header(String name, String value) {
        requestHeaders.put(name.toLowerCase(Locale.ROOT), value);
        return this;
    }

    FakeExchange body(String text) {
        input.add(text.getBytes(UTF_8));
        announced = input.total;
        return this;
    }

    /** A body of which no more has come yet than this; {@link #arrives} brings the rest. */
    FakeExchange slowBody(int length, String begin) {
        input.add(begin.getBytes(UTF_8));
        announced = length;
        return this;
    }

    /** As Grizzly does for a body of several buffers: it is called finished while more of it comes. */
    FakeExchange finishedTooEarly() {
        finishedTooEarly = true;
        return this;
    }

    /** From this address. */
    FakeExchange from(String client) {
        address = client;
        return this;
    }

    /** The container cannot read without waiting. */
    FakeExchange readingFails(Throwable how) {
        readingFails = how;
        return this;
    }

    FakeExchange chunked() {
        lengthIsKnown = false;
        return this;
    }

    /** The container does not hand the connection over. */
    FakeExchange upgradeFails() {
        upgradeFails = true;
        return this;
    }

    /** The client breaks off where the body ends. */
    FakeExchange bodyBreaks() {
        bodyBreaks = true;
        return this;
    }

    /** The client is not there any more when it is answered. */
    FakeExchange answerFails() {
        return answerFails(new IOException("wanted by the test"));
    }

    /** It cannot be answered. */
    FakeExchange answerFails(Throwable how) {
        answerFails = how;
        return this;
    }

    FakeExchange webSocket() {
        return header("Upgrade", "websocket")
                .header("Connection", "Upgrade")
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    }

    byte[] bytes() {
        return body.toByteArray();
    }

    String body() {
        return body.toString(UTF_8).replace('\u001e', '|');
    }

    /** Status, type and body. */
    String answer() {
        return (status + " " + headers.getOrDefault("content-type", "") + " " + body()).strip();
    }

    /** The container notices that the client has gone. */
    void abort() throws IOException {
        asyncListener.onError(new AsyncEvent(context()));
    }

    void abortUnchecked() {
        try {
            abort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    HttpServletRequest request() {
        return proxy(HttpServletRequest.class, (name, arguments) -> switch (name) {
            case "getMethod" -> method;
            case "getProtocol" -> "HTTP/1.1";
            case "getQueryString" -> query;
            case "getUserPrincipal" -> null;
            case "getHeader" -> header(arguments);
            case "getContentType" -> requestHeaders.get("content-type");
            case "getHeaders" ->
                Collections.enumeration(header(arguments) == null ? List.of() : List.of(header(arguments)));
            case "getContentLengthLong" -> lengthIsKnown ? (long) announced : -1L;
            case "getRemoteAddr" -> address;
            case "getInputStream" -> input;
            case "startAsync" -> {
                asyncStarted = true;
                yield context();
            }
            case "upgrade" -> {
                if (upgradeFails) {
                    throw new ServletException("wanted by the test");
                }
                connection = new WebSocketConnection();
                yield connection;
            }
            case "getServletContext" -> proxy(ServletContext.class, (same, nothing) -> "fake");
            default -> throw new UnsupportedOperationException(name);
        });
    }

    private String header(Object[] arguments) {
        return requestHeaders.get(((String) arguments[0]).toLowerCase(Locale.ROOT));
    }

    private AsyncContext context() {
        return proxy(AsyncContext.class, (name, arguments) -> {
            switch (name) {
                case "setTimeout" -> {}
                case "getRequest" -> {
                    return request();
                }
                case "addListener" -> asyncListener = (AsyncListener) arguments[0];
                case "complete" -> {
                    synchronized (this) {
                        completions++;
                    }
                }
                case "getResponse" -> {
                    return response();
                }
                default -> throw new UnsupportedOperationException(name);
            }
            return null;
        });
    }

    HttpServletResponse response() {
        return proxy(HttpServletResponse.class, (name, arguments) -> {
            switch (name) {
                case "setStatus", "sendError" -> status = (Integer) arguments[0];
                case "setHeader" ->
                    headers.put(((String) arguments[0]).toLowerCase(Locale.ROOT), (String) arguments[1]);
                case "addHeader" ->
                    headers.merge(
                            ((String) arguments[0]).toLowerCase(Locale.ROOT),
                            (String) arguments[1],
                            (one, other) -> one + ", " + other);
                case "setContentType" -> headers.put("content-type", (String) arguments[0]);
                case "setContentLength" -> headers.put("content-length", arguments[0].toString());
                case "getOutputStream" -> {
                    return new Output();
                }
                default -> throw new UnsupportedOperationException(name);
            }
            return null;
        });
    }

    /** What the container does when more of the body comes. */
    void arrives(String text) throws IOException {
        input.add(text.getBytes(UTF_8));
        if (input.listener != null) {
            input.listener.onDataAvailable();
        }
        if (input.listener != null && input.total >= announced && input.available() == 0) {
            input.listener.onAllDataRead();
        }
    }

    /** What the container does when the client goes away before its body has come. */
    void breaksOff() {
        input.listener.onError(new IOException("wanted by the test"));
    }

    /** Whether the request has its answer. */
    boolean isAnswered() {
        return !asyncStarted || completions > 0;
    }

    private final class Input extends ServletInputStream {

        private ByteArrayInputStream bytes = new ByteArrayInputStream(new byte[0]);
        private int total;
        private ReadListener listener;

        void add(byte[] more) {
            var rest = bytes.readAllBytes();
            var all = new ByteArrayOutputStream();
            all.writeBytes(rest);
            all.writeBytes(more);
            bytes = new ByteArrayInputStream(all.toByteArray());
            total += more.length;
        }

        @Override
        public int available() {
            return bodyBreaks ? Math.max(1, bytes.available()) : bytes.available();
        }

        /** As Grizzly does, also when what has come is not read yet. */
        @Override
        public boolean isFinished() {
            return finishedTooEarly || (total >= announced && !bodyBreaks);
        }

        @Override
        public boolean isReady() {
            return bytes.available() > 0 || isFinished();
        }

        @Override
        public void setReadListener(ReadListener newListener) {
            if (readingFails instanceof Error error) {
                throw error;
            } else if (readingFails != null) {
                throw (RuntimeException) readingFails;
            }
            listener = newListener;
        }

        @Override
        public int read() throws IOException {
            var one = bytes.read();
            if (one < 0 && bodyBreaks) {
                throw new IOException("wanted by the test");
            }
            return one;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            var count = bytes.read(into, offset, length);
            if (count < 0 && length > 0 && bodyBreaks) {
                throw new IOException("wanted by the test");
            }
            return count;
        }
    }

    private final class Output extends ServletOutputStream {

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(int one) throws IOException {
            if (answerFails instanceof Error error) {
                throw error;
            } else if (answerFails != null) {
                throw (IOException) answerFails;
            }
            body.write(one);
        }
    }
}
