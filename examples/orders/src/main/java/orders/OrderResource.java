package orders;

import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.ForbiddenException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.SecurityContext;
import java.util.List;

/** Orders by HTTP: those that are there when the page is opened, and the staff's button. */
@Path("orders")
@Produces("application/json")
@RequestScoped
public class OrderResource {

    @Inject
    Orders orders;

    @Context
    SecurityContext security;

    @GET
    public List<OrderState> list() {
        var name = security.getUserPrincipal().getName();
        return orders.list(security.isUserInRole("staff") ? "" : name);
    }

    @POST
    @Path("{id}/shipped")
    public OrderState ship(@PathParam("id") long id) {
        if (!security.isUserInRole("staff")) {
            throw new ForbiddenException();
        }
        return orders.ship(id);
    }
}
