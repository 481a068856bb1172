package dev.herald.it.identity;

import jakarta.annotation.Resource;
import jakarta.annotation.security.DeclareRoles;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ejb.SessionContext;
import jakarta.ejb.Stateless;

/** An enterprise bean, which the container itself opens for some only. */
@Stateless
@DeclareRoles({"clerk", "boss"})
public class Vault {

    @Resource
    SessionContext context;

    /** Whoever counts, and whether it is a clerk. */
    @RolesAllowed("clerk")
    public String count() {
        return context.getCallerPrincipal().getName() + " counts, a clerk: " + context.isCallerInRole("clerk");
    }

    /** For nobody who is here. */
    @RolesAllowed("boss")
    public void breakOpen() {
        throw new IllegalStateException("nobody gets here");
    }
}
