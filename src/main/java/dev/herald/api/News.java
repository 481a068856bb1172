package dev.herald.api;

import jakarta.json.JsonValue;

/**
 * News for everyone: fire it as a CDI event, and each connection gets {@code news} with this data.
 *
 * <p>Fired inside a transaction it goes out after the commit, and not at all after a rollback; otherwise at once, in the
 * caller's thread and in the order of the calls, as {@link Herald} says.
 *
 * <pre>{@code
 * @Inject Event<News> news;
 *
 * @Transactional
 * void close() {
 *     news.fire(News.of("The shop is closed"));
 * }
 * }</pre>
 */
public record News(JsonValue data) {

    /** News of the shape {@code {"msg": text}}, which is what the board and the tutorials' pages show. */
    public static News of(String text) {
        return new News(JsonText.message(text));
    }
}
