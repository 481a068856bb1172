/** The durable log: messages in a database, reached by JDBC. */
@NullMarked
package dev.herald.journal;

import org.jspecify.annotations.NullMarked;
