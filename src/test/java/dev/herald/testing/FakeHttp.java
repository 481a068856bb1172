package dev.herald.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** One request and its response, as a container would hand them out. */
public final class FakeHttp {

    private final Map<String, List<String>> requestHeaders = new HashMap<>();
    private final List<Cookie> cookies = new ArrayList<>();
    private final Map<String, String> parameters = new HashMap<>();
    private final String method;
    private final String path;
    private final Map<String, Object> attributes = new HashMap<>();
    private String pathInfo;
    private String query;
    private Principal user;
    private String session;
    private boolean isSessionOver;
    private int maxInactiveSeconds = -1;
    private boolean secure;
    private String contextPath = "";
    private Set<String> roles = Set.of();
    private String address = "198.51.100.7";

    private final FakeBody input = new FakeBody();
    private AsyncListener asyncListener;

    /** Whether the request waits, or has waited. */
    public boolean asyncStarted;

    /** How often the request was completed. */
    public volatile int completions;

    /** Where the answer goes, if not into {@link #bytes}. */
    public ServletOutputStream output;

    /** In which the request's parameters are read; {@code null} for the container's own choice. */
    public String encoding;

    /** What came back. */
    public int status = 200;

    public final Map<String, List<String>> headers = new HashMap<>();
    public final StringWriter body = new StringWriter();
    public final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** What the rest of the chain was given; {@code null} while it was not called. */
    public HttpServletRequest passedOn;

    public FakeHttp(String method, String path) {
        this.method = method;
        this.path = path;
        header("Host", "good.example");
    }

    /** A request for Socket.IO: what follows its path, the slash included, and the query. */
    public static FakeHttp socketIo(String method, String rest) {
        var http = new FakeHttp(method, "/socket.io");
        var parts = rest.split("\\?", 2);
        http.pathInfo = parts[0].isEmpty() ? null : parts[0];
        http.query = parts.length == 1 ? null : parts[1];
        return http;
    }

    /** A request for what is below a servlet's path. */
    public static FakeHttp below(String servletPath, String method, String rest) {
        var http = new FakeHttp(method, servletPath);
        http.pathInfo = rest;
        return http;
    }

    public FakeHttp header(String name, String... values) {
        requestHeaders.put(name.toLowerCase(Locale.ROOT), List.of(values));
        return this;
    }

    public FakeHttp cookie(String name, String value) {
        cookies.add(new Cookie(name, value));
        return this;
    }

    /** Several values are separated by commas. */
    public FakeHttp parameter(String name, String value) {
        parameters.put(name, value);
        return this;
    }

    /** With a body that has come with the headers. */
    public FakeHttp body(String type, byte[] content) {
        input.announce(content.length);
        input.add(content);
        return header("Content-Type", type);
    }

    /** With a body of which only the beginning has come. */
    public FakeHttp slowBody(String type, int length, String begin) {
        input.announce(length);
        input.add(begin.getBytes(UTF_8));
        return header("Content-Type", type);
    }

    /** More of the body comes, on this thread. */
    public void arrives(String more) throws IOException {
        input.arrives(more.getBytes(UTF_8));
    }

    /** The client goes away while the request waits. */
    public void abort() throws IOException {
        asyncListener.onError(new AsyncEvent(context()));
    }

    public FakeHttp by(String principal) {
        user = () -> principal;
        return this;
    }

    public FakeHttp by(Principal principal) {
        user = principal;
        return this;
    }

    public FakeHttp in(String... containersRoles) {
        roles = Set.of(containersRoles);
        return this;
    }

    public FakeHttp from(String remoteAddress) {
        address = remoteAddress;
        return this;
    }

    /** To another application than the root one. */
    public FakeHttp at(String application) {
        contextPath = application;
        return this;
    }

    public FakeHttp overTls() {
        secure = true;
        return this;
    }

    /** In an HTTP session. */
    public FakeHttp inSession(String id) {
        session = id;
        return this;
    }

    /** Its HTTP session ends when it is not used for longer than this. */
    public void endSessionAfter(int seconds) {
        maxInactiveSeconds = seconds;
    }

    /** The container has ended its HTTP session. */
    public void endSession() {
        isSessionOver = true;
    }

    private HttpSession session() {
        return proxy(HttpSession.class, (self, called, arguments) -> switch (called.getName()) {
            case "getId" -> session;
            case "getMaxInactiveInterval", "getCreationTime" -> {
                if (isSessionOver) {
                    throw new IllegalStateException("the session is over");
                }
                yield called.getName().equals("getCreationTime") ? 1L : (Object) maxInactiveSeconds;
            }
            default -> throw new UnsupportedOperationException(called.getName());
        });
    }

    public HttpServletRequest request() {
        return proxy(HttpServletRequest.class, (self, called, arguments) -> switch (called.getName()) {
            case "getMethod" -> method;
            case "getServletPath" -> path;
            case "getPathInfo" -> pathInfo;
            case "getQueryString" -> query;
            case "getRequestURI" -> path + (pathInfo == null ? "" : pathInfo);
            case "getHeaderNames" -> Collections.enumeration(requestHeaders.keySet());
            case "getProtocol" -> "HTTP/1.1";
            case "getAttribute" -> attributes.get((String) arguments[0]);
            case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
            case "getHeader" -> header(arguments[0]).stream().findFirst().orElse(null);
            case "getHeaders" -> Collections.enumeration(header(arguments[0]));
            case "getCookies" -> cookies.isEmpty() ? null : cookies.toArray(Cookie[]::new);
            case "getContextPath" -> contextPath;
            case "getParameter" -> parameters.get((String) arguments[0]);
            case "getParameterValues" ->
                parameters.containsKey((String) arguments[0])
                        ? parameters.get((String) arguments[0]).split(",")
                        : null;
            case "getContentType" -> header("Content-Type").stream().findFirst().orElse(null);
            case "getContentLengthLong" -> input.length();
            case "getInputStream" -> input;
            case "startAsync" -> {
                asyncStarted = true;
                yield context();
            }
            case "getUserPrincipal" -> user;
            case "isUserInRole" -> roles.contains((String) arguments[0]);
            case "getRemoteAddr" -> address;
            case "getSession" -> session == null ? null : session();
            case "isSecure" -> secure;
            case "getScheme" -> secure ? "https" : "http";
            case "getCharacterEncoding" -> encoding;
            case "setCharacterEncoding" -> {
                encoding = (String) arguments[0];
                yield null;
            }
            default -> throw new UnsupportedOperationException(called.toString());
        });
    }

    private AsyncContext context() {
        return proxy(AsyncContext.class, (self, called, arguments) -> {
            switch (called.getName()) {
                case "setTimeout" -> {}
                case "addListener" -> asyncListener = (AsyncListener) arguments[0];
                case "complete" -> {
                    synchronized (this) {
                        completions++;
                    }
                }
                case "getRequest" -> {
                    return request();
                }
                case "getResponse" -> {
                    return response();
                }
                default -> throw new UnsupportedOperationException(called.toString());
            }
            return null;
        });
    }

    private List<String> header(Object name) {
        return requestHeaders.getOrDefault(((String) name).toLowerCase(Locale.ROOT), List.of());
    }

    public HttpServletResponse response() {
        return proxy(HttpServletResponse.class, (self, called, arguments) -> {
            switch (called.getName()) {
                case "setStatus", "sendError" -> status = (int) arguments[0];
                case "setContentType" -> headers.put("Content-Type", List.of((String) arguments[0]));
                case "setContentLength" -> headers.put("Content-Length", List.of(String.valueOf(arguments[0])));
                case "setHeader" -> headers.put((String) arguments[0], List.of((String) arguments[1]));
                case "addHeader" ->
                    headers.computeIfAbsent((String) arguments[0], name -> new ArrayList<>())
                            .add((String) arguments[1]);
                case "getStatus" -> {
                    return status;
                }
                case "getOutputStream" -> {
                    return output == null ? new Output() : output;
                }
                case "getWriter" -> {
                    return new PrintWriter(body, true);
                }
                default -> throw new UnsupportedOperationException(called.toString());
            }
            return null;
        });
    }

    public FilterChain chain() {
        return (request, response) -> passedOn = (HttpServletRequest) request;
    }

    /** Status and text. */
    public String answer() {
        return (status + " " + bytes.toString(UTF_8)).strip();
    }

    private final class Output extends ServletOutputStream {

        @Override
        public void write(int b) {
            bytes.write(b);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(FakeHttp.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
