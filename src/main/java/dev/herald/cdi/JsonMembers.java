package dev.herald.cdi;

import jakarta.json.bind.annotation.JsonbCreator;
import jakarta.json.bind.annotation.JsonbNillable;
import jakarta.json.bind.annotation.JsonbProperty;
import jakarta.json.bind.annotation.JsonbPropertyOrder;
import jakarta.json.bind.annotation.JsonbTransient;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The members that JSON-B reads into the components of a record, or the fields of a class, as far as they can be known. What annotations or
 * adapters of JSON-B make of a type is theirs: then nothing is known. Found once for each class. Any thread may ask.
 */
final class JsonMembers {

    /** Annotations that change nothing of what fits. */
    private static final Set<Class<? extends Annotation>> HARMLESS =
            Set.of(JsonbProperty.class, JsonbNillable.class, JsonbPropertyOrder.class);

    private static final ClassValue<Map<String, Type>> OF = new ClassValue<>() {
        @Override
        protected Map<String, Type> computeValue(Class<?> type) {
            var known = new LinkedHashMap<String, Type>();
            all(type).stream()
                    .filter(Member::isKnown)
                    .forEach(member ->
                            known.putIfAbsent(member.name(), member.type().getType()));
            return known;
        }
    };

    /**
     * A member.
     *
     * @param name in JSON
     * @param annotations of the component or field, and of what reads it
     * @param isKnown whether it is just its type that says which JSON it takes
     * @param isVisible whether JSON-B sees it, as it is public or has a public method to read or write it
     */
    record Member(String name, AnnotatedType type, Set<Annotation> annotations, boolean isKnown, boolean isVisible) {}

    private JsonMembers() {}

    /** The known members' types by their names in JSON. */
    static Map<String, Type> of(Class<?> type) {
        return OF.get(type);
    }

    /** Whether nothing but JSON-B itself says how a class is read. */
    static boolean isPlain(Class<?> type) {
        return isPlain((AnnotatedElement) type)
                && Stream.of(type.getDeclaredConstructors(), type.getDeclaredMethods())
                        .flatMap(Arrays::stream)
                        .noneMatch(one -> one.isAnnotationPresent(JsonbCreator.class));
    }

    private static boolean isPlain(AnnotatedElement element) {
        return Arrays.stream(element.getAnnotations())
                .map(Annotation::annotationType)
                .noneMatch(type -> type.getName().startsWith("jakarta.json.bind.") && !HARMLESS.contains(type));
    }

    /** The members that JSON-B sees, those of which little is known included; none if nothing is known of the class. */
    static List<Member> visible(Class<?> type) {
        return all(type).stream().filter(Member::isVisible).toList();
    }

    private static List<Member> all(Class<?> type) {
        var members = new ArrayList<Member>();
        if (isOfThePlatform(type) || !isPlain(type)) {
            return members;
        }
        if (type.isRecord()) {
            for (var component : type.getRecordComponents()) {
                add(members, component.getAccessor(), component.getName(), component.getAnnotatedType(), true);
            }
            return members;
        }
        for (Class<?> declaring = type; !isOfThePlatform(declaring); declaring = declaring.getSuperclass()) {
            Arrays.stream(declaring.getDeclaredFields())
                    .filter(JsonMembers::isRead)
                    .forEach(field -> add(members, field, field.getName(), field.getAnnotatedType(), isVisible(field)));
        }
        return members;
    }

    /** Such a class has no members, or none that are the application's to say. */
    private static boolean isOfThePlatform(Class<?> type) {
        return type.getName().startsWith("java.") || type.getName().startsWith("jakarta.") || type.isInterface();
    }

    private static boolean isRead(Field field) {
        return !field.isSynthetic()
                && !Modifier.isStatic(field.getModifiers())
                && !Modifier.isTransient(field.getModifiers());
    }

    private static boolean isVisible(Field field) {
        var name = Character.toUpperCase(field.getName().charAt(0))
                + field.getName().substring(1);
        var methods = Set.of("get" + name, "is" + name, "set" + name);
        return Modifier.isPublic(field.getModifiers())
                || Arrays.stream(field.getDeclaringClass().getMethods())
                        .anyMatch(method -> methods.contains(method.getName()));
    }

    private static void add(
            List<Member> members, AnnotatedElement element, String name, AnnotatedType type, boolean isVisible) {
        if (element.isAnnotationPresent(JsonbTransient.class)) {
            return;
        }
        var property = element.getAnnotation(JsonbProperty.class);
        var annotations = new LinkedHashSet<>(List.of(element.getAnnotations()));
        annotations.addAll(List.of(type.getAnnotations()));
        members.add(new Member(
                property == null || property.value().isEmpty() ? name : property.value(),
                type,
                annotations,
                isPlain(element),
                isVisible));
    }
}
