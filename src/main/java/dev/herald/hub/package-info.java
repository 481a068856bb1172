/** The hub in plain Java: channels with their order, subscribers, delivery, presence and the log behind them. */
@NullMarked
package dev.herald.hub;

import org.jspecify.annotations.NullMarked;
