package dev.herald.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/** The content coding {@code gzip} (RFC 9110, 8.4.1.3 and 12.5.3). */
final class Gzip {

    static final String NAME = "gzip";

    private static final Pattern WEIGHT = Pattern.compile("q\\s*=\\s*([01](?:\\.\\d{0,3})?)");

    private Gzip() {}

    /**
     * Whether a client accepts gzip: the weight of {@code gzip} counts, or else that of {@code *}; a weight of 0 means no.
     *
     * @param acceptEncoding all headers of this name
     */
    static boolean isAccepted(List<String> acceptEncoding) {
        var codings = acceptEncoding.stream()
                .flatMap(line -> Arrays.stream(line.toLowerCase(Locale.ROOT).split(",", -1)))
                .toList();
        return isAccepted(NAME, codings).or(() -> isAccepted("*", codings)).orElse(false);
    }

    private static Optional<Boolean> isAccepted(String coding, List<String> codings) {
        return codings.stream()
                .map(one -> one.split(";", 2))
                .filter(parts -> parts[0].strip().equals(coding))
                .map(parts -> parts.length == 1 || isPositive(parts[1].strip()))
                .findFirst();
    }

    private static boolean isPositive(String weight) {
        var matcher = WEIGHT.matcher(weight);
        return matcher.matches() && Double.parseDouble(matcher.group(1)) > 0;
    }

    static byte[] compress(byte[] bytes) throws IOException {
        var compressed = new ByteArrayOutputStream(bytes.length / 2);
        try (var gzip = new GZIPOutputStream(compressed)) {
            gzip.write(bytes);
        }
        return compressed.toByteArray();
    }
}
