/** What the message board keeps in the log's database: channels, who is in them, what was read, what became of messages, names, devices to push to. */
@NullMarked
package dev.herald.boardstore;

import org.jspecify.annotations.NullMarked;
