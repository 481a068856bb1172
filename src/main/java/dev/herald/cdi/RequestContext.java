package dev.herald.cdi;

import dev.herald.api.PersonPrincipal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.control.RequestContextController;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Gives what runs on a thread without a request a CDI request context of its own. Any thread may call it, holding no lock, as
 * the application is called.
 *
 * <p>{@code @ActivateRequestContext} does the same, but looks its context up for each call; controllers are kept for the next one.
 */
@ApplicationScoped
public class RequestContext {

    @Inject
    Instance<RequestContextController> controllers;

    /** The controllers that no thread uses. There are never more than the most threads that were here at one time. */
    private final Queue<RequestContextController> free = new ConcurrentLinkedQueue<>();

    /** Runs the work likewise, with a person as the container's caller, if it is the container that knows the person. */
    public void run(PersonPrincipal caller, Runnable work) {
        caller.login().asCaller().execute(() -> run(work));
    }

    /** Runs the work; request-scoped beans that it uses are destroyed at its end. */
    public void run(Runnable work) {
        var kept = free.poll();
        var controller = kept == null ? controllers.get() : kept;
        var isOurs = controller.activate();
        try {
            work.run();
        } finally {
            if (isOurs) {
                controller.deactivate();
            }
            free.add(controller);
        }
    }
}
