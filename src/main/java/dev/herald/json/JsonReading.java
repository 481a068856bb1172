package dev.herald.json;

import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonParser;
import java.io.StringReader;

/**
 * Reads JSON by the server's JSON-P, with strings of any length. The provider is looked up once: the static methods of
 * {@code jakarta.json.Json} look it up in each call, which takes much longer than the work itself. Any thread may call, holding any
 * lock: nobody else is called.
 */
public final class JsonReading {

    private static final JsonProvider JSON = of(JsonProvider.provider());

    private JsonReading() {}

    private static JsonProvider of(JsonProvider server) {
        return server.getClass().getName().startsWith("org.apache.johnzon.") ? new LongStringsProvider(server) : server;
    }

    /** What reads, for JSON-B to read by it as well. */
    public static JsonProvider provider() {
        return JSON;
    }

    /**
     * The value that a text is.
     *
     * @throws jakarta.json.JsonException when it is no JSON
     */
    public static JsonValue read(String json) {
        try (var reader = JSON.createReader(new StringReader(json))) {
            return reader.readValue();
        }
    }

    /** For a text of which only a part is wanted. To be closed. */
    public static JsonParser parser(String json) {
        return JSON.createParser(new StringReader(json));
    }
}
