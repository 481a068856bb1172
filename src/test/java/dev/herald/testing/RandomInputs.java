package dev.herald.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Tries a property of a fuzz test for some seconds, where no fuzzer runs: on inputs made of the seed corpus by random changes.
 * They are the same and in the same order each time; a faster machine gets further.
 */
public final class RandomInputs {

    private static final long SEED = 20_260_101;
    private static final Duration TIME = Duration.ofSeconds(2);
    private static final int MAX_CHANGES = 6;
    private static final int USUAL_LENGTH = 4_096;
    private static final int GREATEST_LENGTH = 100_000;

    private final Random random = new Random(SEED);
    private final List<byte[]> corpus;
    private final List<byte[]> words;

    private RandomInputs(List<byte[]> corpus, List<byte[]> words) {
        this.corpus = corpus;
        this.words = words;
    }

    /**
     * Tries the property for two seconds.
     *
     * @param test whose corpus is in the resources, where the fuzzer expects it too: {@code <test>Inputs}
     * @param words what inputs are made of, to be put in at random places
     * @throws AssertionError with the input, in hexadecimal digits and as text, for which the property threw anything
     */
    public static void tryOut(Class<?> test, List<String> words, Consumer<byte[]> property) {
        var inputs = new RandomInputs(
                corpus(test), words.stream().map(word -> word.getBytes(UTF_8)).toList());
        var end = System.nanoTime() + TIME.toNanos();
        while (System.nanoTime() < end) {
            var input = inputs.next();
            try {
                property.accept(input.clone());
            } catch (RuntimeException | Error e) {
                var shown = Arrays.copyOf(input, Math.min(input.length, USUAL_LENGTH));
                throw new AssertionError(
                        "input of " + input.length + " bytes: " + HexFormat.of().formatHex(shown) + " = "
                                + new String(shown, ISO_8859_1).replaceAll("\\p{Cntrl}", "."),
                        e);
            }
        }
    }

    private static List<byte[]> corpus(Class<?> test) {
        var directory = Objects.requireNonNull(test.getResource(test.getSimpleName() + "Inputs"), "no seed corpus");
        try (var files = Files.walk(Path.of(directory.toURI()))) {
            return files.filter(Files::isRegularFile)
                    .sorted()
                    .map(RandomInputs::content)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] next() {
        var input = one(corpus);
        for (var changes = 1 + random.nextInt(MAX_CHANGES); changes > 0; changes--) {
            input = changed(input);
        }
        return input;
    }

    private byte[] changed(byte[] input) {
        var at = random.nextInt(input.length + 1);
        var end = at + random.nextInt(Math.min(16, input.length - at) + 1);
        return switch (random.nextInt(8)) {
            case 0 -> replaced(input, at, end, new byte[0]);
            case 1 -> replaced(input, at, at, noise());
            case 2 -> replaced(input, at, end, one(words));
            case 3 -> replaced(input, at, at, one(words));
            case 4 -> replaced(input, at, at, repeated(Arrays.copyOfRange(input, at, end)));
            case 5 -> replaced(input, at, input.length, tail(one(corpus)));
            case 6 -> bitFlipped(input);
            default -> replaced(input, at, end, noise());
        };
    }

    private byte[] one(List<byte[]> of) {
        return of.get(random.nextInt(of.size()));
    }

    private byte[] noise() {
        var noise = new byte[1 + random.nextInt(4)];
        random.nextBytes(noise);
        return noise;
    }

    /** Mostly a few times, sometimes as often as the greatest length allows. */
    private byte[] repeated(byte[] part) {
        if (part.length == 0) {
            return part;
        }
        var length = random.nextInt(500) == 0 ? GREATEST_LENGTH : part.length * (1 + random.nextInt(12));
        var repeated = new byte[length];
        for (var n = 0; n < length; n++) {
            repeated[n] = part[n % part.length];
        }
        return repeated;
    }

    private byte[] tail(byte[] input) {
        return Arrays.copyOfRange(input, random.nextInt(input.length + 1), input.length);
    }

    private byte[] bitFlipped(byte[] input) {
        var flipped = input.clone();
        if (flipped.length > 0) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        }
        return flipped;
    }

    private static byte[] replaced(byte[] input, int from, int to, byte[] by) {
        var replaced = new byte[input.length - (to - from) + by.length];
        System.arraycopy(input, 0, replaced, 0, from);
        System.arraycopy(by, 0, replaced, from, by.length);
        System.arraycopy(input, to, replaced, from + by.length, input.length - to);
        return replaced.length > GREATEST_LENGTH ? Arrays.copyOf(replaced, GREATEST_LENGTH) : replaced;
    }
}
