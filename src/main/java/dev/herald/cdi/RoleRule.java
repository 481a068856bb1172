package dev.herald.cdi;

import dev.herald.api.PersonPrincipal;
import jakarta.annotation.security.DenyAll;
import jakarta.annotation.security.PermitAll;
import jakarta.annotation.security.RolesAllowed;
import java.lang.reflect.AnnotatedElement;
import java.util.Optional;
import java.util.Set;

/**
 * Who may call a method: {@code @RolesAllowed}, {@code @DenyAll} and {@code @PermitAll}, on it or else on its class (Jakarta
 * Annotations, 3).
 *
 * @param roles of which a caller must have one; none when nobody may call
 */
record RoleRule(Set<String> roles) {

    /** Stands for all who are signed in. */
    static final String ANY_USER = "**";

    RoleRule {
        roles = Set.copyOf(roles);
    }

    /** The rule of a method; empty when everybody may call it. */
    static Optional<RoleRule> of(AnnotatedElement method, AnnotatedElement beanClass) {
        return isRuled(method) ? ruleOf(method) : ruleOf(beanClass);
    }

    private static boolean isRuled(AnnotatedElement element) {
        return element.isAnnotationPresent(PermitAll.class)
                || element.isAnnotationPresent(DenyAll.class)
                || element.isAnnotationPresent(RolesAllowed.class);
    }

    private static Optional<RoleRule> ruleOf(AnnotatedElement element) {
        var allowed = element.getAnnotation(RolesAllowed.class);
        if (element.isAnnotationPresent(DenyAll.class)) {
            return Optional.of(new RoleRule(Set.of()));
        }
        return allowed == null || element.isAnnotationPresent(PermitAll.class)
                ? Optional.empty()
                : Optional.of(new RoleRule(Set.of(allowed.value())));
    }

    /** Whether this caller may. */
    boolean permits(PersonPrincipal caller) {
        return roles.stream()
                .anyMatch(role -> caller.isInRole(role.equals(ANY_USER) ? PersonPrincipal.SIGNED_IN : role));
    }
}
