package dev.herald.cdi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.herald.api.ChannelName;
import dev.herald.api.Herald;
import dev.herald.api.PushTo;
import dev.herald.api.Receipt;
import dev.herald.api.ToChannel;
import dev.herald.api.ToPerson;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PushTargetTest {

    enum Region {
        NORTH {
            @Override
            public String toString() {
                return "the north";
            }
        }
    }

    @PushTo(channel = "orders.{region}.{number}", event = "created")
    record Created(Region region, int number) {}

    @PushTo(channel = "orders", event = "closed")
    record Closed(int number) {}

    @PushTo(person = "{customer}", event = "shipped")
    record Shipped(String customer) {}

    @PushTo(channel = "{name}", event = "named")
    record Named(String name) {}

    @PushTo(channel = "beans.{name}.{big}", event = "changed")
    static class Bean {

        public String getName() {
            return "a";
        }

        public boolean isBig() {
            return true;
        }
    }

    @PushTo(channel = "{name}", event = "broken")
    record Broken(int number) {

        @SuppressWarnings("DoNotCallSuggester") // it is what the test needs
        public String name() {
            throw new IllegalStateException("this accessor always throws");
        }
    }

    @PushTo(channel = "orders.{zone}", event = "created")
    record OfNoSuchComponent(String region) {}

    @PushTo(channel = "orders.{secret}", event = "created")
    static class WithoutAccessor {
        String secret() {
            return "";
        }
    }

    @PushTo(channel = "orders {region}", event = "created")
    record WithoutSuchChannel(String region) {}

    @PushTo(channel = "user:{name}", event = "created")
    record IntoPrivate(String name) {}

    @PushTo(channel = "orders.{region", event = "created")
    record WithoutPartner(String region) {}

    @PushTo(channel = "orders", event = "joined")
    record Reserved() {}

    @PushTo(event = "created")
    record ToNobody() {}

    @PushTo(channel = "orders", person = "ann", event = "created")
    record ToBoth() {}

    private final List<String> sent = new ArrayList<>();

    private CompletionStage<Receipt> note(String what) {
        sent.add(what);
        return new CompletableFuture<>();
    }

    private final Herald herald = (Herald) Proxy.newProxyInstance(
            Herald.class.getClassLoader(), new Class<?>[] {Herald.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("person")) {
                    return new Addressee((String) arguments[0]);
                }
                return arguments[0] instanceof ChannelName name
                        ? new Channel(name)
                        : InvocationHandler.invokeDefault(proxy, method, arguments);
            });

    private final class Channel implements ToChannel {

        private final ChannelName name;

        Channel(ChannelName name) {
            this.name = name;
        }

        @Override
        public ChannelName name() {
            return name;
        }

        @Override
        public CompletionStage<Receipt> publish(String event, Object data) {
            return note(name + " " + event + " " + data);
        }

        @Override
        public CompletionStage<Receipt> publishVolatile(String event, Object data) {
            throw new UnsupportedOperationException();
        }
    }

    private final class Addressee implements ToPerson {

        private final String id;

        Addressee(String id) {
            ChannelName.ofUser(id);
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public CompletionStage<Receipt> tell(String event, Object data) {
            return note("to " + id + " " + event + " " + data);
        }
    }

    private static PushTarget of(Class<?> type) {
        return PushTarget.of(type, type.getAnnotation(PushTo.class));
    }

    private void send(Object object) {
        of(object.getClass()).send(herald, object);
    }

    @Test
    void theChannelIsBuiltFromTheObjectsComponents() {
        send(new Created(Region.NORTH, 7));
        send(new Closed(7));
        send(new Named("Ab-1"));

        assertThat(sent)
                .containsExactly(
                        "orders.NORTH.7 created " + new Created(Region.NORTH, 7),
                        "orders closed " + new Closed(7),
                        "Ab-1 named " + new Named("Ab-1"));
    }

    @Test
    void aClassThatIsNoRecordHasGetters() {
        send(new Bean());

        assertThat(sent).singleElement().asString().startsWith("beans.a.true changed ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ann", "Jürgen", "名前", "سلمى", "😀"})
    void aPersonHasAnyId(String id) {
        send(new Shipped(id));

        assertThat(sent).containsExactly("to " + id + " shipped " + new Shipped(id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "Jürgen", "user:ann", "ns:.2fshop"})
    void whoFiresIsToldThatThereIsNoSuchChannel(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> send(new Named(name)))
                .withMessageStartingWith(
                        "this " + Named.class.getName() + " cannot be sent to {name}, which is \"" + name + "\": ");
        assertThat(sent).isEmpty();
    }

    @Test
    void whoFiresIsToldThatAComponentIsMissing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> send(new Created(null, 1)))
                .withMessageEndingWith(": its component {region} is null");
        assertThatIllegalArgumentException().isThrownBy(() -> send(new Broken(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> send(new Shipped("")));
    }

    @ParameterizedTest
    @CsvSource({
        "OfNoSuchComponent, it has no public method for the component {zone}",
        "WithoutAccessor, it has no public method for the component {secret}",
        "WithoutSuchChannel, a channel name is 1 to 128 of the characters A-Z a-z 0-9 _ . : -",
        "IntoPrivate, this channel is not open to everyone: user:x",
        "WithoutPartner, a brace in \"orders.{region\" has no partner",
        "ToNobody, it names either a channel or a person",
        "ToBoth, it names either a channel or a person"
    })
    void whatCannotBeIsOneLine(String name, String why) throws Exception {
        var type = Class.forName(PushTargetTest.class.getName() + "$" + name);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(type))
                .withMessage("@PushTo of " + type.getName() + " cannot be: " + why);
    }

    @Test
    void anEventThatIsReservedCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> of(Reserved.class))
                .withMessageEndingWith("keeps for itself: joined");
    }
}
