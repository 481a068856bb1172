/** The durable log: messages, clients' states and devices in a database, by JDBC. */
@NullMarked
package dev.herald.journal;

import org.jspecify.annotations.NullMarked;
