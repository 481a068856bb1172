/** What beans publish inside their transactions: it goes out after the commit, and not at all after a rollback. */
@NullMarked
package dev.herald.transaction;

import org.jspecify.annotations.NullMarked;
