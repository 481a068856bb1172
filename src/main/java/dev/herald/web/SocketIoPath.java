package dev.herald.web;

import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Pattern;

/**
 * Where Socket.IO is served, below the application's own root. Clients request exactly this path, with the slash at its end.
 *
 * @param path begins and ends with a slash, for example {@code /socket.io/}
 */
public record SocketIoPath(String path) {

    private static final Pattern PATH = Pattern.compile("/(?:(?!\\.{1,2}/)[A-Za-z0-9._~-]+/)+");

    public SocketIoPath {
        if (!PATH.matcher(path).matches()) {
            throw new IllegalArgumentException("herald.socketio.path: \"" + path
                    + "\" is not a path such as /socket.io/, which begins and ends with a slash");
        }
    }

    /** The URL pattern for mapping servlets and filters to it. */
    String urlPattern() {
        return path + "*";
    }

    /** Whether a request is for this path or below it. */
    boolean covers(HttpServletRequest request) {
        return path.equals(request.getServletPath() + "/");
    }
}
