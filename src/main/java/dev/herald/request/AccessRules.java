package dev.herald.request;

import dev.herald.api.Action;
import dev.herald.api.ChannelName;
import dev.herald.api.PersonPrincipal;
import dev.herald.hub.ChannelPattern;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who may read and write which channels, as configured ({@code herald.policy}). The first rule that fits a channel counts; a
 * channel that no rule fits, and a right that the rule does not name, are everyone's. Immutable.
 */
public record AccessRules(List<Rule> rules) {

    /** Everyone has the right. */
    static final String EVERYONE = "everyone";

    /** No client has it. */
    static final String NOBODY = "nobody";

    /** No rules: everyone may do everything. */
    public static final AccessRules NONE = new AccessRules(List.of());

    public AccessRules {
        rules = List.copyOf(rules);
    }

    /**
     * A rule.
     *
     * @param read the roles of which one is needed to join, to read history and to see who is there; {@code null} for everyone
     * @param write those to publish
     */
    public record Rule(
            ChannelPattern pattern,
            @Nullable Set<String> read,
            @Nullable Set<String> write) {

        private static final String PRIVATE = "user:";

        /**
         * Reads a rule such as {@code orders.*:read=staff|boss:write=clerk}.
         *
         * @throws IllegalArgumentException when it is none
         */
        public static Rule of(String text) {
            var parts = text.strip().split(":", -1);
            var rights = (int)
                    Arrays.stream(parts).filter(part -> part.contains("=")).count();
            var pattern = String.join(":", Arrays.asList(parts).subList(0, parts.length - rights));
            if (rights == 0 || !pattern.matches("[A-Za-z0-9_.:*-]+")) {
                throw wrong(text, "a rule is a pattern of channels, then :read=roles, :write=roles or both");
            }
            Set<String> read = null;
            Set<String> write = null;
            for (var part : Arrays.asList(parts).subList(parts.length - rights, parts.length)) {
                var sides = part.split("=", 2);
                var roles = roles(text, sides[1]);
                if (sides[0].strip().equals("read") && read == null) {
                    read = roles;
                } else if (sides[0].strip().equals("write") && write == null) {
                    write = roles;
                } else {
                    throw wrong(text, "a rule says read= and write= at most once each, and nothing else");
                }
            }
            return new Rule(new ChannelPattern(pattern), read, write);
        }

        private static Set<String> roles(String rule, String text) {
            var roles = Stream.of(text.split("\\|", -1)).map(String::strip).collect(Collectors.toUnmodifiableSet());
            if (roles.contains("")) {
                throw wrong(rule, "roles are separated by |, and none is empty");
            }
            return roles;
        }

        private static IllegalArgumentException wrong(String rule, String why) {
            return new IllegalArgumentException("herald.policy: \"" + rule.strip() + "\": " + why);
        }

        /** Only a rule that says so is about private channels; otherwise {@code *} would shut people out of their own. */
        boolean fits(ChannelName channel) {
            return (!channel.isPrivate() || pattern.toString().startsWith(PRIVATE)) && pattern.fits(channel);
        }

        boolean allows(PersonPrincipal who, Action action) {
            var roles = action == Action.PUBLISH ? write : read;
            return roles == null || roles.contains(EVERYONE) || roles.stream().anyMatch(who::isInRole);
        }
    }

    /** Whether somebody has a right. */
    boolean allow(PersonPrincipal who, Right right) {
        for (var rule : rules) {
            if (rule.fits(right.channel())) {
                return rule.allows(who, right.action());
            }
        }
        return true;
    }

    /** The roles that the container is to be asked for. */
    public Set<String> roles() {
        return rules.stream()
                .flatMap(rule -> Stream.of(rule.read(), rule.write()))
                .filter(roles -> roles != null)
                .flatMap(Set::stream)
                .filter(role ->
                        !Set.of(EVERYONE, NOBODY, PersonPrincipal.SIGNED_IN).contains(role))
                .collect(Collectors.toUnmodifiableSet());
    }
}
