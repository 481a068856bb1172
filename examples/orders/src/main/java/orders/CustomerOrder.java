package orders;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.Id;

/** A customer's order, as it is in the database. */
@Entity
public class CustomerOrder {

    @Id
    @GeneratedValue
    private long id;

    private String customer;
    private String article;
    private int quantity;
    private boolean shipped;

    protected CustomerOrder() {}

    CustomerOrder(String customer, String article, int quantity) {
        this.customer = customer;
        this.article = article;
        this.quantity = quantity;
    }

    void ship() {
        shipped = true;
    }

    OrderState state() {
        return new OrderState(id, customer, article, quantity, shipped);
    }
}
