package hello;

import dev.herald.api.Herald;
import dev.herald.api.OnEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.validation.constraints.NotBlank;

/** Greets whoever asks for it, so that everyone hears it. */
@ApplicationScoped
public class Greeter {

    public record Greeting(String text) {}

    @Inject
    Herald herald;

    /** A page says emit("greet", "Ann"): all pages hear "greeting", and the caller is answered. */
    @OnEvent("greet")
    String greet(@NotBlank String name) {
        herald.channel("news").publish("greeting", new Greeting("Hello " + name));
        return "everyone was told";
    }
}
