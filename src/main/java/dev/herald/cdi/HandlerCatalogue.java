package dev.herald.cdi;

import static java.lang.System.Logger.Level.INFO;

import dev.herald.api.Namespace;
import dev.herald.api.OnEvent;
import jakarta.enterprise.context.ConversationScoped;
import jakarta.enterprise.context.SessionScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.DefinitionException;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessBean;
import jakarta.enterprise.inject.spi.ProcessSessionBean;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Finds the application's handlers ({@link OnEvent}) at deployment, and makes each an observer of its event. One that cannot
 * be called, or a second one for an event, fails the deployment. CDI calls it on its deployment's threads; what it has made is
 * read by any thread. It takes no lock.
 */
public class HandlerCatalogue implements Extension {

    private static final System.Logger LOG = System.getLogger(HandlerCatalogue.class.getName());

    private final List<Handler> handlers = new CopyOnWriteArrayList<>();
    private volatile ConstraintCheck constraints = ConstraintCheck.NONE;
    private volatile @Nullable TypedJson json;

    /** Looks for handlers among the methods of a bean's class. */
    void find(@Observes ProcessBean<?> found, BeanManager beans) {
        if (found.getAnnotated() instanceof AnnotatedType<?> type) {
            var bean = found.getBean();
            var isEnterprise = found instanceof ProcessSessionBean;
            for (var method : handlerMethods(type)) {
                var problem = method.problem()
                        .or(() -> whyUncallable(bean.getScope(), method))
                        .or(() -> isEnterprise ? whyUncallable(bean, method) : Optional.empty());
                if (problem.isPresent()) {
                    found.addDefinitionError(mistake(problem.get()));
                } else {
                    handlers.add(new Handler(
                            method,
                            isEnterprise ? HandlerBean.enterprise(beans, bean) : HandlerBean.managed(beans, bean),
                            this::json,
                            () -> constraints));
                }
            }
        }
    }

    /**
     * Gives the handlers what they call with. Called once, when the application starts, before any event.
     *
     * @param beans by which the application's constraints are found
     */
    public void start(TypedJson typedJson, BeanManager beans) {
        if (!handlers.isEmpty()) {
            constraints = findConstraints(beans);
        }
        json = typedJson;
    }

    /** What was found, in no order. To be asked after deployment. */
    List<HandlerMethod> methods() {
        return handlers.stream().map(Handler::method).toList();
    }

    private TypedJson json() {
        return Objects.requireNonNull(json, "handlers are called after the start");
    }

    private static ConstraintCheck findConstraints(BeanManager beans) {
        try {
            return JakartaConstraints.find(beans);
        } catch (NoClassDefFoundError e) {
            LOG.log(INFO, "this server has no Jakarta Validation, so constraints on handlers are not checked: " + e);
            return ConstraintCheck.NONE;
        }
    }

    /** The methods of a class with the annotation, those that it inherits included. */
    static List<HandlerMethod> handlerMethods(AnnotatedType<?> type) {
        var methods = new ArrayList<HandlerMethod>();
        for (var method : type.getMethods()) {
            var annotation = method.getAnnotation(OnEvent.class);
            var java = method.getJavaMember();
            // The compiler copies annotations to the bridges that it makes.
            if (annotation != null && !java.isBridge() && !isOverridden(java, type.getJavaClass())) {
                methods.add(
                        HandlerMethod.of(type.getJavaClass(), java, annotation, method.getAnnotation(Namespace.class)));
            }
        }
        return methods;
    }

    private static boolean isOverridden(Method method, Class<?> beanClass) {
        if (Modifier.isPrivate(method.getModifiers())) {
            return false;
        }
        for (Class<?> type = beanClass;
                type != null && type != method.getDeclaringClass();
                type = type.getSuperclass()) {
            if (Arrays.stream(type.getDeclaredMethods())
                    .anyMatch(other -> other.getName().equals(method.getName())
                            && Arrays.equals(other.getParameterTypes(), method.getParameterTypes()))) {
                return true;
            }
        }
        return false;
    }

    private static Optional<String> whyUncallable(Class<? extends Annotation> scope, HandlerMethod method) {
        return Set.of(SessionScoped.class, ConversationScoped.class).contains(scope)
                ? Optional.of(method.label() + ", the handler of the event \"" + method.event()
                        + "\", is never called: its bean is " + scope.getSimpleName()
                        + ", and an event belongs to no HTTP session")
                : Optional.empty();
    }

    private static Optional<String> whyUncallable(Bean<?> bean, HandlerMethod method) {
        return bean.getTypes().contains(bean.getBeanClass())
                        && Modifier.isPublic(method.method().getModifiers())
                ? Optional.empty()
                : Optional.of(
                        method.label() + ", the handler of the event \"" + method.event()
                                + "\", cannot be called: in an enterprise bean it must be public, and the bean must have a no-interface view");
    }

    /** Registers what was found. */
    void register(@Observes AfterBeanDiscovery discovery) {
        doubles(methods()).forEach(problem -> discovery.addDefinitionError(mistake(problem)));
        handlers.forEach(discovery::addObserverMethod);
    }

    /** Without a stack trace, which would only name this class. */
    private static DefinitionException mistake(String line) {
        var mistake = new DefinitionException(line);
        mistake.setStackTrace(new StackTraceElement[0]);
        return mistake;
    }

    /** A line for each two handlers of one event. */
    static List<String> doubles(List<HandlerMethod> methods) {
        var sorted = methods.stream()
                .sorted(Comparator.comparing(HandlerMethod::label))
                .toList();
        var problems = new ArrayList<String>();
        for (var one = 0; one < sorted.size(); one++) {
            for (var other = one + 1; other < sorted.size(); other++) {
                if (sorted.get(one).meets(sorted.get(other))) {
                    problems.add("the event \"" + sorted.get(one).event() + "\" has two handlers in the namespace "
                            + namespace(sorted.get(one), sorted.get(other)) + ", "
                            + sorted.get(one).label() + " and "
                            + sorted.get(other).label() + "; there may be one");
                }
            }
        }
        return problems;
    }

    private static String namespace(HandlerMethod one, HandlerMethod other) {
        return one.namespace().equals(Namespace.ALL) ? other.namespace() : one.namespace();
    }
}
