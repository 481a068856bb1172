package dev.herald.api;

import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/**
 * What a {@link ChannelPolicy} answers.
 *
 * <pre>{@code
 * Access mayJoin(PersonPrincipal who) {
 *     return who.isInRole("clerk") ? Access.allow() : Access.deny("clerks-only", "only clerks read orders");
 * }
 * }</pre>
 */
public sealed interface Access {

    /** It may be done. */
    record Allowed() implements Access {}

    /**
     * It may not be done.
     *
     * @param code a stable word for the client's program: 1 to 64 of {@code a-z 0-9 -}, beginning with a letter
     * @param sentence for people
     */
    record Denied(String code, String sentence) implements Access {

        private static final Pattern CODE = Pattern.compile("[a-z][a-z0-9-]{0,63}");

        public Denied {
            if (!CODE.matcher(code).matches()) {
                throw new IllegalArgumentException("a code is 1 to 64 of a-z 0-9 -, beginning with a letter: " + code);
            }
        }
    }

    /** The setting {@code herald.policy} decides. */
    record AsConfigured() implements Access {}

    /**
     * Nobody knows yet.
     *
     * @param answer completes on any thread; if exceptionally, it may not be done
     */
    record Later(CompletionStage<Access> answer) implements Access {}

    /** It may be done. */
    static Access allow() {
        return new Allowed();
    }

    /** It may not be done: the client is told {@code channel-forbidden} with this sentence. */
    static Access deny(String sentence) {
        return new Denied("channel-forbidden", sentence);
    }

    /** It may not be done: the client is told this code and this sentence. */
    static Access deny(String code, String sentence) {
        return new Denied(code, sentence);
    }

    /** The setting {@code herald.policy} decides. */
    static Access asConfigured() {
        return new AsConfigured();
    }

    /** The stage's answer, when it is there. */
    static Access later(CompletionStage<Access> answer) {
        return new Later(answer);
    }
}
