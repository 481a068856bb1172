package orders;

import dev.herald.api.EventException;
import dev.herald.api.OnEvent;
import dev.herald.api.Person;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import jakarta.ws.rs.NotFoundException;
import java.util.List;
import java.util.Optional;

/** Takes orders and ships them. Whoever an order concerns hears of it after the commit, and never after a rollback. */
@ApplicationScoped
@Transactional
public class Orders {

    private static final int STOCK = 100;

    @PersistenceContext
    EntityManager database;

    @Inject
    Event<Object> events;

    public record NewOrder(
            @Size(min = 1, max = 40) String article,
            @Positive int quantity) {}

    /** Browsers call it by Socket.IO. What it returns or throws is their answer. */
    @OnEvent("place")
    public OrderState place(NewOrder wanted, Person customer) {
        var order = new CustomerOrder(customer.id(), wanted.article(), wanted.quantity());
        database.persist(order);
        tell(order.state());
        if (ordered(wanted.article()) > STOCK) {
            throw new EventException("sold-out", "there is not enough " + wanted.article());
        }
        return order.state();
    }

    public OrderState ship(long id) {
        var order = Optional.ofNullable(database.find(CustomerOrder.class, id)).orElseThrow(NotFoundException::new);
        order.ship();
        tell(order.state());
        return order.state();
    }

    /** All orders, or those of one customer. */
    public List<OrderState> list(String customer) {
        var query = "SELECT o FROM CustomerOrder o WHERE :who = '' OR o.customer = :who ORDER BY o.id";
        return database.createQuery(query, CustomerOrder.class)
                .setParameter("who", customer)
                .getResultStream()
                .map(CustomerOrder::state)
                .toList();
    }

    private long ordered(String article) {
        var query = "SELECT SUM(o.quantity) FROM CustomerOrder o WHERE o.article = :article";
        return database.createQuery(query, Long.class)
                .setParameter("article", article)
                .getSingleResult();
    }

    private void tell(OrderState state) {
        events.fire(state);
        events.fire(new YourOrder(state));
    }
}
