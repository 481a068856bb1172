package dev.herald.web;

import static java.lang.System.Logger.Level.DEBUG;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Answers 400 to a form whose page Faces does not know: somebody else has made it, or another version of the page. The container would
 * write a stack trace for each, which anybody can send.
 */
@SuppressWarnings("serial") // never serialised
public class OldFormFilter extends HttpFilter {

    private static final System.Logger LOG = System.getLogger(OldFormFilter.class.getName());

    private static final String REFUSED = OldFormFilter.class.getName();

    /** Whether that is why a request is shown the error page. */
    static boolean isRefused(HttpServletRequest request) {
        return request.getAttribute(REFUSED) != null;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            chain.doFilter(request, response);
        } catch (ServletException | RuntimeException e) {
            if (!isOfUnknownPage(e) || response.isCommitted()) {
                throw e;
            }
            LOG.log(DEBUG, "a form of a page that is not known was refused", e);
            request.setAttribute(REFUSED, true);
            response.sendError(HttpServletResponse.SC_BAD_REQUEST);
        }
    }

    /** By its name, as applications with the classes jar may have no Faces. */
    private static boolean isOfUnknownPage(Throwable thrown) {
        for (var cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause.getClass().getName().endsWith(".ViewExpiredException")) {
                return true;
            }
        }
        return false;
    }
}
