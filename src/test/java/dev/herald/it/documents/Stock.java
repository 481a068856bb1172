package dev.herald.it.documents;

import jakarta.annotation.Resource;
import jakarta.enterprise.context.RequestScoped;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.transaction.Status;
import jakarta.transaction.TransactionSynchronizationRegistry;

/** Of one request: what the shop has. Fails when it is asked inside a transaction. */
@RequestScoped
public class Stock {

    @Resource(lookup = "java:comp/TransactionSynchronizationRegistry")
    TransactionSynchronizationRegistry transactions;

    /** Whether there is such an article. */
    public boolean has(JsonValue article) {
        if (transactions.getTransactionStatus() != Status.STATUS_NO_TRANSACTION) {
            throw new IllegalStateException("this is in a transaction of somebody's");
        }
        return article instanceof JsonString name && !name.getString().startsWith("no ");
    }
}
