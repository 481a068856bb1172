package dev.herald.socketio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.herald.api.Arguments;
import dev.herald.api.JsonBytes;
import dev.herald.engine.EnginePacket.Bytes;
import jakarta.json.Json;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventArgumentsTest {

    private static final List<String> NAMES = List.of("$args", "$bytes", "$$args", "$$bytes", "$bytes$", "bytes");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|",
                "[ ]|",
                "[1]|1",
                "[ 1 , \"a,b\" ]|1;\"a,b\"",
                "[\"]\",[1,[2,3]],{\"a\":[4,5],\"b,\":{}}]|\"]\";[1,[2,3]];{\"a\":[4,5],\"b,\":{}}",
                "[\"\\\"\",\"\\\\\",\"\\\\\\\"]\"]|\"\\\"\";\"\\\\\";\"\\\\\\\"]\"",
                "[null,true,-1.5e3]|null;true;-1.5e3"
            })
    void splitLeavesElementsAsTheyAreWritten(String array, String elements) {
        assertThat(String.join(";", EventArguments.split(array))).isEqualTo(elements == null ? "" : elements);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatAClientSendsComesOutOfTheHubTheSame(long seed) {
        var random = new Random(seed);
        for (var round = 0; round < 500; round++) {
            var arguments = new ArrayList<JsonValue>();
            for (var count = random.nextInt(4); count > 0; count--) {
                arguments.add(anything(random, 3));
            }
            var array = arguments.toString();

            var hub = EventArguments.toHub(EventArguments.split(array), List.of());
            var outbound = EventArguments.fromHub(hub);

            assertThat(outbound.attachments()).isEmpty();
            assertThat(outbound.texts().stream().map(EventArguments::parse).toList())
                    .isEqualTo(arguments);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whatComesFromTheHubGoesBackTheSame(long seed) {
        var random = new Random(seed);
        for (var round = 0; round < 500; round++) {
            var arguments = new ArrayList<JsonValue>();
            for (var count = random.nextInt(4); count > 0; count--) {
                arguments.add(anything(random, 3));
            }

            var outbound = EventArguments.fromHub(Arguments.write(arguments));
            var inbound = EventArguments.toHub(outbound.texts(), outbound.attachments());

            assertThat(outbound.attachments().size()).isLessThanOrEqualTo(SocketIoPacket.MAX_ATTACHMENTS);
            var hasTextForBytes = outbound.texts().toString().contains("\"$bytes\"");
            if (!hasTextForBytes) {
                assertThat(Arguments.read(inbound)).isEqualTo(arguments);
            }
        }
    }

    private static JsonValue anything(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 9)) {
            case 0 -> JsonValue.NULL;
            case 1 -> Json.createValue(random.nextLong());
            case 2 -> Json.createValue("a,\"\\]}\u00e9\u2028" + random.nextInt(10));
            case 3 -> random.nextBoolean() ? JsonValue.TRUE : JsonValue.EMPTY_JSON_OBJECT;
            case 4 -> JsonBytes.of(new byte[random.nextInt(4)]);
            case 5 ->
                Json.createObjectBuilder()
                        .add(random.nextInt(9) == 0 ? "_placeholder" : "a", anything(random, depth - 1))
                        .add("num", anything(random, depth - 1))
                        .build();
            case 6 ->
                Json.createObjectBuilder()
                        .add(NAMES.get(random.nextInt(NAMES.size())), anything(random, depth - 1))
                        .build();
            default -> {
                var list = Json.createArrayBuilder();
                for (var count = random.nextInt(4); count > 0; count--) {
                    list.add(anything(random, depth - 1));
                }
                yield list.build();
            }
        };
    }

    @Test
    void noArgumentsAreNotTheSameAsNull() {
        assertThat(EventArguments.toHub(List.of(), List.of())).isEqualTo("{\"$args\":[]}");
        assertThat(EventArguments.toHub(List.of("null"), List.of())).isEqualTo("null");
        assertThat(EventArguments.fromHub("{\"$args\":[]}").texts()).isEmpty();
        assertThat(EventArguments.fromHub("null").texts()).containsExactly("null");
    }

    @Test
    void bytesStandWhereTheirPlaceWas() {
        var attachments = List.of(Bytes.copyOf(new byte[] {1}), Bytes.copyOf(new byte[] {2}));

        var json = EventArguments.toHub(
                List.of("{\"a\":[{\"_placeholder\":true,\"num\":1}]}", "{\"num\":0,\"_placeholder\":true}"),
                attachments);

        assertThat(json).isEqualTo("{\"$args\":[{\"a\":[{\"$bytes\":\"Ag==\"}]},{\"$bytes\":\"AQ==\"}]}");
    }
}
