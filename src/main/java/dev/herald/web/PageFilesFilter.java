package dev.herald.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Compresses the scripts, style sheets and drawings of the pages, which not every server does. Each file is compressed once and then
 * kept in memory, about 0.1 MB together; a fingerprint is its entity tag. Who takes no gzip gets the files from the server. The
 * requests' threads call it, holding no lock, as files are read. Never serialised.
 */
@SuppressWarnings("serial")
public class PageFilesFilter extends HttpFilter {

    private static final Pattern FILE = Pattern.compile("/[a-z]+/[A-Za-z0-9._-]+\\.(js|css|svg)");

    private static final Map<String, String> TYPES =
            Map.of("js", "text/javascript;charset=UTF-8", "css", "text/css;charset=UTF-8", "svg", "image/svg+xml");

    /** A file's bytes are never changed. */
    private static final class Compressed {

        private final byte[] bytes;
        private final String tag;

        Compressed(byte[] bytes, String tag) {
            this.bytes = bytes;
            this.tag = tag;
        }
    }

    private final transient Map<String, Compressed> files = new ConcurrentHashMap<>();

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var path = request.getServletPath() + (request.getPathInfo() == null ? "" : request.getPathInfo());
        var name = FILE.matcher(path);
        if (!request.getMethod().equals("GET") || !name.matches()) {
            chain.doFilter(request, response);
            return;
        }
        response.addHeader("Vary", "Accept-Encoding");
        var file = ClientFiles.takesGzip(request) ? file(path) : null;
        if (file == null) {
            chain.doFilter(request, response);
            return;
        }
        response.setHeader("ETag", file.tag);
        if (ClientFiles.isKnown(request, file.tag)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        response.setContentType(TYPES.get(name.group(1)));
        response.setHeader("Content-Encoding", "gzip");
        response.setContentLength(file.bytes.length);
        response.getOutputStream().write(file.bytes);
    }

    /** Only files that are there are kept, so nobody makes them more. */
    private @Nullable Compressed file(String path) throws IOException {
        var known = files.get(path);
        if (known != null) {
            return known;
        }
        try (var in = getServletContext().getResourceAsStream(path)) {
            if (in == null) {
                return null;
            }
            var plain = in.readAllBytes();
            var made = new Compressed(ClientFiles.compress(plain), fingerprint(plain));
            files.put(path, made);
            return made;
        }
    }

    private static String fingerprint(byte[] plain) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(plain);
            return "\"" + HexFormat.of().formatHex(digest, 0, 12) + "-gzip\"";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
