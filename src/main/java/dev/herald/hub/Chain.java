package dev.herald.hub;

/**
 * Drafts for one channel of which each follows the one before: they are given to the log one after another, before it is known what
 * became of the first. The place alone does not tell a draft whether the one before it is there: if that was refused, somebody else's
 * message may stand in its place. So the log breaks the chain off when it does not append a draft of it, and appends none of the later
 * ones.
 *
 * <p>Any thread may call, with any lock held.
 */
public final class Chain {

    private volatile boolean broken;

    /** Nothing more of it is appended. */
    public void breakOff() {
        broken = true;
    }

    boolean isBroken() {
        return broken;
    }
}
