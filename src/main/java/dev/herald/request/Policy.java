package dev.herald.request;

import dev.herald.api.Access;
import dev.herald.api.PersonPrincipal;
import java.util.concurrent.CompletionStage;

/** Has the application decide. Any thread may ask, holding no lock; the application is called on other threads. */
@FunctionalInterface
public interface Policy {

    /**
     * Asks for one right.
     *
     * @return completes, on one of the container's threads, with what is not {@link Access.Later}; exceptionally with {@link
     *     RejectedException} when there is no answer, which the operator has been told of
     */
    CompletionStage<Access> ask(PersonPrincipal who, Right right);
}
