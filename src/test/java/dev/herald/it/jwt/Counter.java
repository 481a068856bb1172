package dev.herald.it.jwt;

import dev.herald.api.OnEvent;
import dev.herald.api.Received;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.security.enterprise.SecurityContext;

/** Tells clients who they are. */
@ApplicationScoped
public class Counter {

    @Inject
    SecurityContext security;

    /** {@code emit("who", ack)}: to Herald, and to the container. */
    @OnEvent("who-am-i")
    JsonObject who(Received received) {
        var caller = security.getCallerPrincipal();
        return Json.createObjectBuilder()
                .add("id", received.principal().getName())
                .add("clerk", received.isInRole("clerk"))
                .add("boss", received.isInRole("boss"))
                .add("caller", caller == null ? "" : caller.getName())
                .add("callerIsClerk", security.isCallerInRole("clerk"))
                .build();
    }

    @OnEvent("only-clerks")
    @RolesAllowed("clerk")
    String onlyClerks() {
        return "for clerks";
    }
}
