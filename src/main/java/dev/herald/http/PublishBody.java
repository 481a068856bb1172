package dev.herald.http;

import static dev.herald.request.ErrorCode.MALFORMED;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.herald.json.JsonGuard;
import dev.herald.json.JsonReading;
import dev.herald.request.RejectedException;
import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The body of a request that publishes or changes: JSON in UTF-8. */
final class PublishBody {

    private static final String IN_UTF_8 = "\\s*(;\\s*charset\\s*=\\s*\"?utf-8\"?\\s*)?;?\\s*";
    private static final Pattern JSON_TYPE = Pattern.compile("application/json" + IN_UTF_8);
    private static final Pattern CHANGE_TYPE = Pattern.compile("application/(merge|json)-patch\\+json" + IN_UTF_8);

    private PublishBody() {}

    /** Whether a body of this type is read. No form of a foreign page has it. */
    static boolean isReadable(@Nullable String type) {
        return type != null
                && JSON_TYPE.matcher(type.strip().toLowerCase(Locale.ROOT)).matches();
    }

    /** Which kind of change a body of this type has; empty when it has none. No form of a foreign page has such a type. */
    static Optional<String> changeOf(@Nullable String type) {
        var matcher = CHANGE_TYPE.matcher(type == null ? "" : type.strip().toLowerCase(Locale.ROOT));
        return matcher.matches() ? Optional.of(matcher.group(1).equals("merge") ? "merge" : "patch") : Optional.empty();
    }

    /**
     * Reads a body.
     *
     * @throws RejectedException when it is no JSON object that Herald takes
     */
    static JsonObject read(byte[] bytes) {
        if (readValue(bytes) instanceof JsonObject object) {
            return object;
        }
        throw new RejectedException(MALFORMED, "a body is a JSON object");
    }

    /**
     * Reads a body.
     *
     * @throws RejectedException when it is no JSON that Herald takes
     */
    static JsonValue readValue(byte[] bytes) {
        try {
            return JsonReading.read(JsonGuard.accept(text(bytes)));
        } catch (JsonGuard.MalformedJsonException e) {
            throw new RejectedException(MALFORMED, String.valueOf(e.getMessage()));
        }
    }

    private static String text(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new RejectedException(MALFORMED, "a body is text in UTF-8");
        }
    }
}
