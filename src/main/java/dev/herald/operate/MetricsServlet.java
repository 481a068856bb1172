package dev.herald.operate;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers {@code GET /metrics} with all figures in the text format of OpenMetrics. {@link OperatorFilter} says to whom. */
@SuppressWarnings("serial") // never serialised
public class MetricsServlet extends HttpServlet {

    @Inject
    transient Figures figures;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        response.setContentType(OpenMetrics.CONTENT_TYPE);
        response.getOutputStream().write(OpenMetrics.write(figures.now()).getBytes(UTF_8));
    }
}
