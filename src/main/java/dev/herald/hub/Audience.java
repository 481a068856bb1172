package dev.herald.hub;

import dev.herald.api.ChannelName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Whom something is for.
 *
 * @param channels those who are in one of them; none for everybody in the namespace
 * @param except ids of connections, and names of channels, that it is not for
 */
public record Audience(String namespace, Set<ChannelName> channels, Set<String> except) {

    /** As texts, after a word that says what they are for. */
    List<String> toTexts(String verb) {
        var texts = new ArrayList<>(List.of(verb, namespace, String.valueOf(channels.size())));
        channels.forEach(channel -> texts.add(channel.value()));
        texts.addAll(except);
        return texts;
    }

    static Audience read(List<String> texts) {
        var end = 3 + Integer.parseInt(texts.get(2));
        var channels = new LinkedHashSet<ChannelName>();
        texts.subList(3, end).forEach(name -> channels.add(new ChannelName(name)));
        return new Audience(texts.get(1), channels, new HashSet<>(texts.subList(end, texts.size())));
    }
}
