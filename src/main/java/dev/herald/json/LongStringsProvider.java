package dev.herald.json;

import jakarta.json.JsonArray;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonMergePatch;
import jakarta.json.JsonNumber;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonPatch;
import jakarta.json.JsonPatchBuilder;
import jakarta.json.JsonPointer;
import jakarta.json.JsonReader;
import jakarta.json.JsonReaderFactory;
import jakarta.json.JsonString;
import jakarta.json.JsonStructure;
import jakarta.json.JsonValue;
import jakarta.json.JsonWriter;
import jakarta.json.JsonWriterFactory;
import jakarta.json.spi.JsonProvider;
import jakarta.json.stream.JsonGenerator;
import jakarta.json.stream.JsonGeneratorFactory;
import jakarta.json.stream.JsonParser;
import jakarta.json.stream.JsonParserFactory;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.Writer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The server's JSON-P, but for what it reads: strings may have any length. For Johnzon, which TomEE has refuse strings of more than
 * 8,192 characters, also within JSON-B, which takes settings for JSON-P by a provider only. As thread-safe as the server's.
 */
final class LongStringsProvider extends JsonProvider {

    /**
     * Johnzon compares its limit with the part of a string that it reads at once, which is at most so many characters. With that as
     * the limit no string is too long.
     */
    private static final Map<String, ?> ANY_LENGTH =
            Map.of("org.apache.johnzon.max-string-length", 65_536, "org.apache.johnzon.auto-adjust-buffer", true);

    private final JsonProvider server;
    private final JsonReaderFactory readers;
    private final JsonParserFactory parsers;

    LongStringsProvider(JsonProvider server) {
        this.server = server;
        this.readers = createReaderFactory(null);
        this.parsers = createParserFactory(null);
    }

    private static Map<String, ?> withAnyLength(@Nullable Map<String, ?> config) {
        var all = new HashMap<String, Object>(config == null ? Map.of() : config);
        all.putAll(ANY_LENGTH);
        return all;
    }

    @Override
    public JsonParser createParser(Reader reader) {
        return parsers.createParser(reader);
    }

    @Override
    public JsonParser createParser(InputStream in) {
        return parsers.createParser(in);
    }

    @Override
    public JsonParserFactory createParserFactory(@Nullable Map<String, ?> config) {
        return server.createParserFactory(withAnyLength(config));
    }

    @Override
    public JsonReader createReader(Reader reader) {
        return readers.createReader(reader);
    }

    @Override
    public JsonReader createReader(InputStream in) {
        return readers.createReader(in);
    }

    @Override
    public JsonReaderFactory createReaderFactory(@Nullable Map<String, ?> config) {
        return server.createReaderFactory(withAnyLength(config));
    }

    @Override
    public JsonGenerator createGenerator(Writer writer) {
        return server.createGenerator(writer);
    }

    @Override
    public JsonGenerator createGenerator(OutputStream out) {
        return server.createGenerator(out);
    }

    @Override
    public JsonGeneratorFactory createGeneratorFactory(@Nullable Map<String, ?> config) {
        return server.createGeneratorFactory(config);
    }

    @Override
    public JsonWriter createWriter(Writer writer) {
        return server.createWriter(writer);
    }

    @Override
    public JsonWriter createWriter(OutputStream out) {
        return server.createWriter(out);
    }

    @Override
    public JsonWriterFactory createWriterFactory(@Nullable Map<String, ?> config) {
        return server.createWriterFactory(config);
    }

    @Override
    public JsonArrayBuilder createArrayBuilder() {
        return server.createArrayBuilder();
    }

    @Override
    public JsonObjectBuilder createObjectBuilder() {
        return server.createObjectBuilder();
    }

    @Override
    public JsonBuilderFactory createBuilderFactory(@Nullable Map<String, ?> config) {
        return server.createBuilderFactory(config);
    }

    @Override
    public JsonArrayBuilder createArrayBuilder(JsonArray array) {
        return server.createArrayBuilder(array);
    }

    @Override
    public JsonArrayBuilder createArrayBuilder(Collection<?> collection) {
        return server.createArrayBuilder(collection);
    }

    @Override
    public JsonObjectBuilder createObjectBuilder(JsonObject object) {
        return server.createObjectBuilder(object);
    }

    /** Raw, as versions of JSON-P differ in the parameter's type. */
    @Override
    @SuppressWarnings({"rawtypes", "unchecked"})
    public JsonObjectBuilder createObjectBuilder(Map map) {
        return server.createObjectBuilder(map);
    }

    @Override
    public JsonPointer createPointer(String pointer) {
        return server.createPointer(pointer);
    }

    @Override
    public JsonPatchBuilder createPatchBuilder() {
        return server.createPatchBuilder();
    }

    @Override
    public JsonPatchBuilder createPatchBuilder(JsonArray array) {
        return server.createPatchBuilder(array);
    }

    @Override
    public JsonPatch createPatch(JsonArray array) {
        return server.createPatch(array);
    }

    @Override
    public JsonPatch createDiff(JsonStructure source, JsonStructure target) {
        return server.createDiff(source, target);
    }

    @Override
    public JsonMergePatch createMergePatch(JsonValue patch) {
        return server.createMergePatch(patch);
    }

    @Override
    public JsonMergePatch createMergeDiff(JsonValue source, JsonValue target) {
        return server.createMergeDiff(source, target);
    }

    @Override
    public JsonString createValue(String value) {
        return server.createValue(value);
    }

    @Override
    public JsonNumber createValue(int value) {
        return server.createValue(value);
    }

    @Override
    public JsonNumber createValue(long value) {
        return server.createValue(value);
    }

    @Override
    public JsonNumber createValue(double value) {
        return server.createValue(value);
    }

    @Override
    public JsonNumber createValue(BigDecimal value) {
        return server.createValue(value);
    }

    @Override
    public JsonNumber createValue(BigInteger value) {
        return server.createValue(value);
    }
}
