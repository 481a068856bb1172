package dev.herald.forward;

import dev.herald.api.Handshake;
import dev.herald.api.Login;
import dev.herald.api.Person;
import dev.herald.api.PersonPrincipal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.security.Principal;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A request of another node as the client has sent it to that one. Used by the threads of its request. */
final class VouchedRequest extends HttpServletRequestWrapper {

    private final Voucher voucher;

    VouchedRequest(HttpServletRequest request, Voucher voucher) {
        super(request);
        this.voucher = voucher;
    }

    @Override
    public @Nullable Principal getUserPrincipal() {
        return voucher.person().<Principal>map(this::principal).orElseGet(super::getUserPrincipal);
    }

    private PersonPrincipal principal(String id) {
        return new PersonPrincipal(
                new Person(id, Person.shortened(id)), true, Set.of(), Handshake.from(voucher.address()), Login.LASTING);
    }

    @Override
    public String getRemoteAddr() {
        return voucher.address();
    }

    @Override
    public String getRemoteHost() {
        return voucher.address();
    }
}
