package dev.herald.it.identity;

import dev.herald.it.SignIn;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.authentication.mechanism.http.AutoApplySession;
import jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Set;

/** Signs in whoever says who it is in the header {@code X-User}, with the test's password, for as long as the HTTP session lasts. */
@AutoApplySession
@ApplicationScoped
public class SessionSignIn implements HttpAuthenticationMechanism {

    @Override
    public AuthenticationStatus validateRequest(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context) {
        var user = request.getHeader("X-User");
        return user != null && SignIn.PASSWORD.equals(request.getHeader("X-Password"))
                ? context.notifyContainerAboutLogin(user, Set.of("clerk"))
                : context.doNothing();
    }
}
