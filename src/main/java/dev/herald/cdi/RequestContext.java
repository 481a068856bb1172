package dev.herald.cdi;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.ActivateRequestContext;

/** Gives what runs on a thread without a request a CDI request context of its own. */
@ApplicationScoped
public class RequestContext {

    /** Runs the work; request-scoped beans that it uses are destroyed at its end. */
    @ActivateRequestContext
    public void run(Runnable work) {
        work.run();
    }
}
