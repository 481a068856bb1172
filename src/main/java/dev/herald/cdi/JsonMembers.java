package dev.herald.cdi;

import jakarta.json.bind.annotation.JsonbCreator;
import jakarta.json.bind.annotation.JsonbNillable;
import jakarta.json.bind.annotation.JsonbProperty;
import jakarta.json.bind.annotation.JsonbPropertyOrder;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
            return find(type);
        }
    };

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

    private static Map<String, Type> find(Class<?> type) {
        var members = new LinkedHashMap<String, Type>();
        if (isOfThePlatform(type) || !isPlain(type)) {
            return members;
        }
        if (type.isRecord()) {
            for (var component : type.getRecordComponents()) {
                add(members, component.getAccessor(), component.getName(), component.getGenericType());
            }
            return members;
        }
        for (Class<?> declaring = type; !isOfThePlatform(declaring); declaring = declaring.getSuperclass()) {
            Arrays.stream(declaring.getDeclaredFields())
                    .filter(JsonMembers::isRead)
                    .forEach(field -> add(members, field, field.getName(), field.getGenericType()));
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

    private static void add(Map<String, Type> members, AnnotatedElement element, String name, Type type) {
        if (isPlain(element)) {
            var property = element.getAnnotation(JsonbProperty.class);
            members.putIfAbsent(property == null || property.value().isEmpty() ? name : property.value(), type);
        }
    }
}
