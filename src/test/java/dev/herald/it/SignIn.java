package dev.herald.it;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.security.enterprise.AuthenticationStatus;
import jakarta.security.enterprise.authentication.mechanism.http.HttpAuthenticationMechanism;
import jakarta.security.enterprise.authentication.mechanism.http.HttpMessageContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;

/** Signs in whoever knows the test's password, under any name; all others stay guests. */
@ApplicationScoped
public class SignIn implements HttpAuthenticationMechanism {

    /** What everyone's password is. */
    public static final String PASSWORD = "for-tests-only";

    @Override
    public AuthenticationStatus validateRequest(
            HttpServletRequest request, HttpServletResponse response, HttpMessageContext context) {
        var header = request.getHeader("Authorization");
        if (header == null || !header.startsWith("Basic ")) {
            return context.doNothing();
        }
        var credentials =
                new String(Base64.getDecoder().decode(header.substring("Basic ".length())), StandardCharsets.UTF_8);
        var colon = credentials.lastIndexOf(':');
        return credentials.substring(colon + 1).equals(PASSWORD)
                ? context.notifyContainerAboutLogin(credentials.substring(0, colon), Set.of("user"))
                : context.responseUnauthorized();
    }
}
