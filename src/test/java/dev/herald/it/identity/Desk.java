package dev.herald.it.identity;

import dev.herald.api.Connected;
import dev.herald.api.ConnectionAttempt;
import dev.herald.api.Namespace;
import dev.herald.api.On;
import dev.herald.api.OnEvent;
import dev.herald.api.Received;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.RolesAllowed;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.security.enterprise.SecurityContext;

/** Handlers for everybody, for clerks, for bosses, and for nobody. */
@ApplicationScoped
public class Desk {

    @Inject
    SecurityContext security;

    @Inject
    Vault vault;

    /** Refuses {@code ?refuse} at every entrance, and keeps by which it came. */
    void examine(@Observes @Namespace("*") ConnectionAttempt attempt) {
        var handshake = attempt.handshake();
        if (handshake.query().containsKey("refuse")) {
            attempt.refuse("you wished it", Json.createValue("名前"));
        }
        attempt.put("came", handshake.url().split("\\?", 2)[0]);
    }

    void greet(@Observes Connected connected) {
        connected.peer().put("greeted", "yes");
    }

    /** {@code emit("who", ack)}: what is known of the sender. */
    @OnEvent("who")
    JsonObject who(Received received) {
        var connection = received.connection();
        var handshake = connection.handshake();
        return Json.createObjectBuilder()
                .add("id", received.principal().getName())
                .add("clerk", received.isInRole("clerk"))
                .add("kept", connection.attributes())
                .add("room", handshake.query("room").orElse(""))
                .add("agent", handshake.header("User-Agent").orElse(""))
                .add(
                        "secrets",
                        handshake.headerLines().contains("ookie")
                                || handshake.headerLines().contains("uthorization"))
                .add("address", handshake.remoteAddress())
                .add("secure", handshake.secure())
                .add("said", handshake.auth().getString("said", ""))
                .build();
    }

    /** {@code emit("keep", name, value, ack)}. */
    @OnEvent("keep")
    void keep(String name, String value, Received received) {
        received.peer().put(name, value);
    }

    /** {@code emit("caller", ack)}: whom the container knows. */
    @OnEvent("caller")
    JsonObject caller() {
        var caller = security.getCallerPrincipal();
        return Json.createObjectBuilder()
                .add("name", caller == null ? "" : caller.getName())
                .add("clerk", security.isCallerInRole("clerk"))
                .add("boss", security.isCallerInRole("boss"))
                .build();
    }

    /** {@code emit("count", ack)}: by an enterprise bean for clerks. */
    @OnEvent("count")
    String count() {
        return vault.count();
    }

    /** {@code emit("break", ack)}: by an enterprise bean for bosses. */
    @OnEvent("break")
    void breakOpen() {
        vault.breakOpen();
    }

    /** A message of any protocol: who sends it hears who the container says it is. */
    void name(@Observes @On("name-me") Received received) {
        var caller = security.getCallerPrincipal();
        received.peer().emit("you-are", Json.createValue(caller == null ? "" : caller.getName()));
    }

    @OnEvent("for-clerks")
    @RolesAllowed("clerk")
    String forClerks() {
        return "for clerks";
    }

    @OnEvent("for-nobody")
    @DenyAll
    String forNobody() {
        return "for nobody";
    }

    /** The same for an observer. */
    @RolesAllowed("boss")
    void forBosses(@Observes @On("for-bosses") Received received) {
        received.ack(Json.createValue("for bosses"));
    }
}
