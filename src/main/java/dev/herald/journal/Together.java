package dev.herald.journal;

/** What a thread takes, or hands out, in one go. Thread-safe. */
public interface Together {

    /** Each for itself. */
    Together NOTHING = new Together() {
        @Override
        public void during(Runnable work) {
            work.run();
        }

        @Override
        public boolean atEnd(Runnable last) {
            return false;
        }
    };

    /** Runs something that belongs together; what this causes may be put off to its end. */
    void during(Runnable work);

    /**
     * Has something run, once, when the calling thread is done with what it takes or hands out in one go, or has done a good part of it.
     *
     * @return false when the thread does nothing in one go; then it is not run
     */
    boolean atEnd(Runnable last);
}
