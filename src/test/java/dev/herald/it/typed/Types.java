package dev.herald.it.typed;

import dev.herald.api.PushTo;
import jakarta.json.bind.annotation.JsonbProperty;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.Positive;
import java.time.LocalDate;
import java.util.List;

/** What is said between the application and its clients. */
public final class Types {

    private Types() {}

    /** What a client orders. */
    public record NewOrder(
            @NotBlank String article, @Positive int count, LocalDate day) {}

    /** What it is told. */
    public record OrderAccepted(
            String article,
            int price,
            String by,
            @JsonbProperty("delivered-on") LocalDate day) {}

    /** Several orders at once. */
    public record Basket(@NotEmpty List<@Valid NewOrder> orders) {}

    /** Bytes and what they are. */
    @SuppressWarnings("ArrayRecordComponent") // as an application would write it
    public record Photo(String name, byte[] data) {}

    /** What those at a till are told. */
    @PushTo(channel = "tills.{till}", event = "sold")
    public record Sold(String till, int price, List<String> articles) {}
}
