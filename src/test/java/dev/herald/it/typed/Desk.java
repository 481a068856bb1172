package dev.herald.it.typed;

import dev.herald.api.EventException;
import dev.herald.api.OnEvent;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.Stateless;
import jakarta.validation.constraints.NotBlank;

/** An enterprise bean, whose failures the container wraps, and whose roles it checks. */
@Stateless
public class Desk {

    /** In a transaction of the container's. */
    @OnEvent("enterprise")
    @PermitAll
    public String answer(@NotBlank String text) {
        if (text.equals("fail")) {
            throw new EventException("not-here", "ask at another desk");
        }
        return text + " at the desk";
    }

    /** For nobody who is here. */
    @OnEvent("for-managers")
    @RolesAllowed("manager")
    public String secret() {
        return "only managers read this";
    }
}
