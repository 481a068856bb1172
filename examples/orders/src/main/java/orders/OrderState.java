package orders;

import dev.herald.api.PushTo;

/** An order as browsers see it. When it is fired, all who are in the channel "orders" get it: the staff. */
@PushTo(channel = "orders", event = "order")
public record OrderState(long id, String customer, String article, int quantity, boolean shipped) {}
