package dev.herald.web;

import jakarta.inject.Inject;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.util.EnumSet;

/** Maps Socket.IO's servlet and the visitor filter to the path in the settings. A descriptor could only name a fixed path. */
public class SocketIoRegistration implements ServletContextListener {

    private static final String VISITOR_FILTER = "herald-visitor";

    @Inject
    SocketIoPath path;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        var context = event.getServletContext();
        var filter = context.getFilterRegistration(VISITOR_FILTER);
        var servlet = context.addServlet("herald-socketio", SocketIoServlet.class);
        if (filter == null || servlet == null) {
            throw new IllegalStateException("the application's own descriptor replaces " + VISITOR_FILTER
                    + " or herald-socketio, without which Herald cannot serve Socket.IO");
        }
        servlet.setAsyncSupported(true);
        var taken = servlet.addMapping(path.urlPattern());
        if (!taken.isEmpty()) {
            throw new IllegalStateException("herald.socketio.path: the application itself serves " + taken);
        }
        filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, path.urlPattern());
    }
}
