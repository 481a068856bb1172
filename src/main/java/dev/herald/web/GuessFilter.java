package dev.herald.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.request.Guesses;
import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Slows down who guesses passwords by HTTP Basic, which the container checks on the way. It stands before the filter that asks the
 * container.
 */
@SuppressWarnings("serial") // never serialised
public class GuessFilter extends HttpFilter {

    private static final String BASIC = "basic ";

    @Inject
    transient Guesses guesses;

    @Inject
    transient Proxies proxies;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var name = basicName(request.getHeader("Authorization"));
        if (name.isEmpty()) {
            chain.doFilter(request, response);
            return;
        }
        var address = Handshakes.address(proxies.view(request));
        var wait = guesses.begin(address, name.get());
        if (wait.isPresent()) {
            TooManyGuesses.say(response, wait.get());
            response.setContentType("text/plain;charset=UTF-8");
            response.getWriter().println("There were too many wrong passwords. Wait a few minutes, then try again.");
            return;
        }
        chain.doFilter(request, response);
        if (response.getStatus() != HttpServletResponse.SC_UNAUTHORIZED) {
            guesses.right(address, name.get());
        }
    }

    /** What is before the colon; what is no Base64 counts as well, as somebody without a name. */
    private static Optional<String> basicName(@Nullable String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            return Optional.empty();
        }
        try {
            var given = new String(
                    Base64.getDecoder()
                            .decode(authorization.substring(BASIC.length()).strip()),
                    UTF_8);
            return Optional.of(given.split(":", 2)[0]);
        } catch (IllegalArgumentException e) {
            return Optional.of("");
        }
    }
}
