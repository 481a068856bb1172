package dev.herald.it.apps;

import jakarta.inject.Inject;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** {@code GET} says how many handlers wait, {@code POST} lets them answer; with {@code ?undeploy=} another application ends. */
@WebServlet("/control")
@SuppressWarnings("serial") // never serialised
public class Control extends HttpServlet {

    @Inject
    transient SlowHandler handler;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.getWriter().print(handler.waiting());
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws ServletException {
        var application = request.getParameter("undeploy");
        if (application == null) {
            handler.open();
            return;
        }
        try {
            // Payara Micro's own API, which the tests are not compiled against.
            var micro = Class.forName("fish.payara.micro.PayaraMicro");
            var runtime = Class.forName("fish.payara.micro.PayaraMicroRuntime");
            var running = Class.forName("fish.payara.micro.boot.PayaraMicroBoot")
                    .getMethod("getRuntime")
                    .invoke(micro.getMethod("getInstance").invoke(null));
            runtime.getMethod("undeploy", String.class).invoke(running, application);
        } catch (ReflectiveOperationException e) {
            throw new ServletException(e);
        }
    }
}
