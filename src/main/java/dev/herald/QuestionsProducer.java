package dev.herald;

import dev.herald.admin.AdminGate;
import dev.herald.cdi.ApplicationAuthenticator;
import dev.herald.cdi.ApplicationPolicy;
import dev.herald.cdi.BeanAuthentication;
import dev.herald.cdi.BeanPolicy;
import dev.herald.cdi.CdiAdmission;
import dev.herald.cdi.MessageChecks;
import dev.herald.cdi.ObserverCatalogue;
import dev.herald.cdi.RequestContext;
import dev.herald.concurrent.RetryingExecutor;
import dev.herald.request.Admission;
import dev.herald.request.Authentication;
import dev.herald.request.ChannelPermission;
import dev.herald.request.Permission;
import dev.herald.web.Callers;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.Executor;

/** Puts together what asks the application's beans: whose a token is, who may connect, and who may do what. */
@ApplicationScoped
public class QuestionsProducer {

    @Resource
    ManagedScheduledExecutorService timer;

    @Resource
    ManagedExecutorService executor;

    @Inject
    Callers callers;

    private Executor threads() {
        return callers.withoutCaller(executor);
    }

    /** For those who keep what waits for a thread until there is one. */
    private Executor lasting() {
        return callers.withoutCaller(new RetryingExecutor(executor, timer));
    }

    @Produces
    @Singleton
    Authentication authentication(Settings settings, ApplicationAuthenticator application, RequestContext context) {
        return application
                .bean()
                .<Authentication>map(bean -> new BeanAuthentication(
                        bean, threads(), settings.observerThreads(), settings.observerQueue(), context))
                .orElse(Authentication.NONE);
    }

    @Produces
    @Singleton
    Permission permission(
            Settings settings, ApplicationPolicy policy, ObserverCatalogue catalogue, RequestContext context) {
        var asked = policy.bean()
                .map(bean -> new BeanPolicy(
                        bean,
                        threads(),
                        timer,
                        settings.observerThreads(),
                        settings.observerQueue(),
                        settings.policyTimeout(),
                        context))
                .orElse(null);
        var byChannel =
                new ChannelPermission(settings.accessRules(), asked, settings.policyRecheck(), System::nanoTime);
        return new MessageChecks(
                byChannel, lasting(), settings.observerThreads(), settings.observerQueue(), catalogue, context);
    }

    @Produces
    @Singleton
    Admission admission(
            Settings settings, ObserverCatalogue catalogue, Authentication authentication, RequestContext context) {
        var application = new CdiAdmission(
                lasting(), settings.observerThreads(), settings.observerQueue(), catalogue, authentication, context);
        return settings.admin()
                .<Admission>map(admin -> new AdminGate(
                        admin, application, GuessesProducer.of("the Admin UI"), lasting(), System::nanoTime))
                .orElse(application);
    }
}
