package orders;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.security.enterprise.authentication.mechanism.http.BasicAuthenticationMechanismDefinition;
import jakarta.security.enterprise.credential.UsernamePasswordCredential;
import jakarta.security.enterprise.identitystore.CredentialValidationResult;
import jakarta.security.enterprise.identitystore.IdentityStore;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import java.util.Set;

/** Who may log in: for a real application, an identity store of your container's. */
@ApplicationScoped
@BasicAuthenticationMechanismDefinition(realmName = "orders")
public class Login implements IdentityStore {

    private static final Map<String, String> ROLES = Map.of("ann", "customer", "bob", "customer", "carol", "staff");

    public CredentialValidationResult validate(UsernamePasswordCredential credential) {
        var name = credential.getCaller();
        return ROLES.containsKey(name) && credential.getPassword().compareTo("secret")
                ? new CredentialValidationResult(name, Set.of(ROLES.get(name)))
                : CredentialValidationResult.INVALID_RESULT;
    }

    @ApplicationPath("rest")
    public static class Rest extends Application {}
}
