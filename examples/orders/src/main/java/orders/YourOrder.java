package orders;

import dev.herald.api.PushTo;

/** When it is fired, the customer gets it in every browser, now or later, and nobody else. */
@PushTo(person = "{customer}", event = "your-order")
public record YourOrder(OrderState order) {

    public String customer() {
        return order.customer();
    }
}
