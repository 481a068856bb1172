package dev.herald.cdi;

/** Runs the work without a container. */
final class NoRequestContext extends RequestContext {

    @Override
    public void run(Runnable work) {
        work.run();
    }
}
