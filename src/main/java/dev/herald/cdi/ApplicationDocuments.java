package dev.herald.cdi;

import dev.herald.api.DocumentSource;
import dev.herald.api.DocumentValidator;
import dev.herald.document.DocumentRules;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * What the application has to say about shared documents: at most one bean of each kind, whose scope is the application's choice. Any
 * thread may ask.
 */
@ApplicationScoped
public class ApplicationDocuments {

    @Inject
    Instance<DocumentValidator> validators;

    @Inject
    Instance<DocumentSource> sources;

    @Inject
    RequestContext context;

    /**
     * Asks the beans.
     *
     * @throws IllegalArgumentException when there are several of one kind
     */
    public DocumentRules rules() {
        return new BeanRules(only(validators, DocumentValidator.class), only(sources, DocumentSource.class), context);
    }

    private static <T> @Nullable T only(Instance<T> beans, Class<T> type) {
        if (beans.isAmbiguous()) {
            throw new IllegalArgumentException(
                    "several beans implement " + type.getSimpleName() + ", and only one can be asked");
        }
        return beans.isUnsatisfied() ? null : beans.get();
    }
}
