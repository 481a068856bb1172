package dev.herald.board;

import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.RequestScoped;
import jakarta.enterprise.inject.Typed;
import jakarta.faces.context.FacesContext;
import jakarta.inject.Named;
import jakarta.json.Json;
import java.util.Locale;
import java.util.Map;
import java.util.ResourceBundle;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The page's words in the visitor's language: German where the browser asks for it first, else English. The page's script gets the same
 * words.
 */
@Named("words")
@Typed(Words.class)
@RequestScoped
public class Words {

    static final String BOARD = "dev.herald.board.words";

    private ResourceBundle bundle;

    @PostConstruct
    void read() {
        var request = FacesContext.getCurrentInstance().getExternalContext();
        bundle = inLanguageOf(
                bundleName(), wanted(request.getRequestHeaderMap().get("Accept-Language"), request.getRequestLocale()));
    }

    /** Which words. */
    String bundleName() {
        return BOARD;
    }

    /** What the browser asks for; English when it asks for nothing: the Servlet API then tells the language of the server. */
    static Locale wanted(@Nullable String acceptLanguage, Locale told) {
        return acceptLanguage == null || acceptLanguage.isBlank() ? Locale.ENGLISH : told;
    }

    /** The board's words in a locale's language, or in English; never in the server's own language. */
    static ResourceBundle inLanguageOf(Locale wanted) {
        return inLanguageOf(BOARD, wanted);
    }

    static ResourceBundle inLanguageOf(String bundleName, Locale wanted) {
        return ResourceBundle.getBundle(
                bundleName,
                new Locale(wanted.getLanguage()),
                Words.class.getClassLoader(),
                ResourceBundle.Control.getNoFallbackControl(ResourceBundle.Control.FORMAT_PROPERTIES));
    }

    /** The language's code, for the page's {@code lang}. */
    public String getLanguage() {
        return bundle.getString("language");
    }

    /** The words by their keys. */
    public Map<String, String> getText() {
        return bundle.keySet().stream().collect(Collectors.toMap(key -> key, bundle::getString));
    }

    /** All words as a JSON object, for the page's script. */
    public String getJson() {
        var words = Json.createObjectBuilder();
        bundle.keySet().forEach(key -> words.add(key, bundle.getString(key)));
        return words.build().toString();
    }

    /** How many people are online, in words. */
    public String count(int people) {
        return bundle.getString(people == 1 ? "people.online.one" : "people.online.other")
                .replace("{n}", Integer.toString(people));
    }
}
