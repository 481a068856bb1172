package dev.herald.socketio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.herald.engine.EnginePacket.Bytes;
import dev.herald.socketio.SocketIoPacket.Ack;
import dev.herald.socketio.SocketIoPacket.Connect;
import dev.herald.socketio.SocketIoPacket.ConnectError;
import dev.herald.socketio.SocketIoPacket.Event;
import dev.herald.socketio.SocketIoPacket.Refused;
import dev.herald.testing.Allocation;
import dev.herald.testing.RandomInputs;
import jakarta.json.JsonArray;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Whatever a client sends as messages of Engine.IO. An input is the messages with 0x1E between them, as in a polling request:
 * text, or binary after a {@code b}, though not in base64.
 */
class SocketIoDecoderFuzzTest {

    private static final JsonProvider JSON = JsonProvider.provider();
    private static final int MAX_BYTES = 1_000;
    private static final byte SEPARATOR = 0x1e;
    private static final Set<String> RESERVED =
            Set.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    @FuzzTest
    void arePacketsThatAreWrittenAsTheyWereReadOrAreRefused(byte[] input) {
        var decoder = new SocketIoDecoder(MAX_BYTES);
        var received = new ArrayList<Bytes>();
        for (var message : messages(input)) {
            var isBinary = message.length > 0 && message[0] == 'b';
            var wasIncomplete = decoder.isIncomplete();
            if (isBinary) {
                received.add(Bytes.wrap(Arrays.copyOfRange(message, 1, message.length)));
            } else {
                received.clear();
            }
            Optional<SocketIoPacket> packet;
            try {
                packet = isBinary
                        ? decoder.binary(received.get(received.size() - 1))
                        : text(decoder, new String(message, UTF_8));
                assertThat(wasIncomplete)
                        .as("an attachment is taken when, and only when, it is due")
                        .isEqualTo(isBinary);
                assertThat(received.stream().mapToInt(Bytes::size).sum()).isLessThanOrEqualTo(MAX_BYTES);
            } catch (MalformedSocketIoException e) {
                assertThat(e.getMessage()).isNotBlank();
                holdsNothing(decoder);
                received.clear();
                continue;
            }
            if (packet.isPresent() && packet.get() instanceof Refused refused) {
                assertThat(refused.why()).isNotBlank();
                holdsNothing(decoder);
                received.clear();
            } else if (packet.isPresent()) {
                assertThat(decoder.isIncomplete()).isFalse();
                assertThat(attachments(packet.get())).isEqualTo(received);
                isSound(packet.get());
                received.clear();
            }
        }
    }

    @Test
    @Timeout(60)
    void holdsForRandomInputs() {
        var placeholder = "{\"_placeholder\":true,\"num\":0}";
        var words = List.of(
                "\u001e",
                "\u001eb",
                "0",
                "1",
                "2",
                "3",
                "4",
                "51-",
                "52-",
                "510-",
                "61-",
                "-",
                "/",
                "/a,",
                ",",
                "7",
                "[",
                "]",
                "{",
                "}",
                "\"",
                "\"e\"",
                ":",
                placeholder,
                "," + placeholder,
                placeholder.replace('0', '1'),
                "\"_placeholder\"",
                "\"num\"",
                "true",
                "\\u005f",
                "9007199254740991",
                "[\"connect\"]",
                "2[\"e\"]",
                " ",
                "\u00e9",
                "null");
        RandomInputs.tryOut(
                SocketIoDecoderFuzzTest.class, words, this::arePacketsThatAreWrittenAsTheyWereReadOrAreRefused);
    }

    private static List<byte[]> messages(byte[] input) {
        var messages = new ArrayList<byte[]>();
        var start = 0;
        for (var at = 0; at <= input.length; at++) {
            if (at == input.length || input[at] == SEPARATOR) {
                messages.add(Arrays.copyOfRange(input, start, at));
                start = at + 1;
            }
        }
        return messages;
    }

    private static Optional<SocketIoPacket> text(SocketIoDecoder decoder, String text) {
        Allocation.isInProportion(text.length(), 200, () -> isReadOrRefused(text));
        return decoder.text(text);
    }

    private static void isReadOrRefused(String text) {
        try {
            new SocketIoDecoder(MAX_BYTES).text(text);
        } catch (MalformedSocketIoException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    /** The bytes of the next packet count from zero, and no attachment comes before its own. */
    private static void holdsNothing(SocketIoDecoder decoder) {
        assertThat(decoder.isIncomplete()).isFalse();
        var most = Bytes.wrap(new byte[MAX_BYTES]);
        assertThat(decoder.text("61-7[]")).isEmpty();
        assertThat(decoder.binary(most)).contains(new Ack("/", 7, "[]", List.of(most)));
        assertThat(decoder.isIncomplete()).isFalse();
    }

    private static void isSound(SocketIoPacket packet) {
        assertThat(packet).isNotInstanceOf(ConnectError.class);
        assertThat(packet.namespace()).startsWith("/").doesNotContain(",");
        isReadAgainAsItIsWritten(packet);
        if (packet instanceof Connect connect) {
            assertThat(parsed(connect.auth())).isInstanceOf(JsonObject.class);
        } else if (packet instanceof Event event) {
            var arguments = (JsonArray) parsed(event.json());
            assertThat(isName(event.name(), arguments.get(0))).as(event.name()).isTrue();
            assertThat(event.name()).isNotIn(RESERVED);
            marksEachAttachmentOnce(arguments, event.attachments());
            takesOneMoreArgument(event, arguments);
        } else if (packet instanceof Ack ack) {
            marksEachAttachmentOnce((JsonArray) parsed(ack.json()), ack.attachments());
        }
    }

    private static void isReadAgainAsItIsWritten(SocketIoPacket packet) {
        var encoded = SocketIoCodec.encode(packet);
        var decoder = new SocketIoDecoder(MAX_BYTES);
        var again = decoder.text(encoded.text());
        for (var attachment : encoded.attachments()) {
            assertThat(again).isEmpty();
            again = decoder.binary(attachment);
        }
        assertThat(again).contains(packet);
        assertThat(SocketIoCodec.encode(again.orElseThrow())).isEqualTo(encoded);
    }

    private static void takesOneMoreArgument(Event event, JsonArray arguments) {
        var longer = (JsonArray) parsed(SocketIoCodec.appendArgument(event.json(), "\"last\""));
        assertThat(longer.subList(0, arguments.size())).isEqualTo(arguments);
        assertThat(longer.subList(arguments.size(), longer.size())).containsExactly(JSON.createValue("last"));
    }

    private static boolean isName(String name, JsonValue first) {
        return first instanceof JsonString string
                ? name.equals(string.getString())
                : new BigDecimal(name).compareTo(((JsonNumber) first).bigDecimalValue()) == 0;
    }

    private static void marksEachAttachmentOnce(JsonValue json, List<Bytes> attachments) {
        if (!attachments.isEmpty()) {
            marks(json, attachments.size(), new HashSet<>());
        }
    }

    private static void marks(JsonValue json, int attachments, Set<Integer> seen) {
        if (json instanceof JsonArray array) {
            array.forEach(element -> marks(element, attachments, seen));
        } else if (json instanceof JsonObject object) {
            if (object.get("_placeholder") == JsonValue.TRUE) {
                assertThat(object).containsOnlyKeys("_placeholder", "num");
                assertThat(object.get("num").toString()).matches("[0-9]");
                assertThat(object.getInt("num")).isLessThan(attachments);
                assertThat(seen.add(object.getInt("num")))
                        .as("marked once only")
                        .isTrue();
            }
            object.values().forEach(member -> marks(member, attachments, seen));
        }
    }

    private static List<Bytes> attachments(SocketIoPacket packet) {
        if (packet instanceof Event event) {
            return event.attachments();
        }
        return packet instanceof Ack ack ? ack.attachments() : List.of();
    }

    private static JsonValue parsed(String json) {
        try (var reader = JSON.createReader(new StringReader(json))) {
            return reader.readValue();
        } catch (RuntimeException e) {
            return fail("the parser refuses what the decoder passed: " + json, e);
        }
    }
}
