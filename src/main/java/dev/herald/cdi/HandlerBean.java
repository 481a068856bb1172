package dev.herald.cdi;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import org.jspecify.annotations.Nullable;

/** The bean that has a handler. Any thread may use it, in a request context. */
interface HandlerBean {

    /** What is done with an instance. */
    @FunctionalInterface
    interface Use {

        /** The outcome. */
        @Nullable
        Object with(Object instance) throws Exception;
    }

    /** Uses the instance of the present contexts; one of a dependent bean is made for this use alone. */
    @Nullable
    Object use(Use use) throws Exception;

    /** A bean of which the container makes instances of its class, interceptors included. */
    static <T> HandlerBean managed(BeanManager beans, Bean<T> bean) {
        return use -> {
            var context = beans.createCreationalContext(bean);
            if (bean.getScope() != Dependent.class) {
                return use.with(beans.getContext(bean.getScope()).get(bean, context));
            }
            var instance = bean.create(context);
            try {
                return use.with(instance);
            } finally {
                bean.destroy(instance, context);
            }
        };
    }

    /** An enterprise bean, which is only called through its reference. */
    static HandlerBean enterprise(BeanManager beans, Bean<?> bean) {
        return use -> {
            CreationalContext<?> context = beans.createCreationalContext(bean);
            try {
                return use.with(beans.getReference(bean, bean.getBeanClass(), context));
            } finally {
                if (bean.getScope() == Dependent.class) {
                    context.release();
                }
            }
        };
    }
}
