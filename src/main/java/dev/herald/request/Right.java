package dev.herald.request;

import dev.herald.api.Action;
import dev.herald.api.ChannelName;

/** What somebody must be permitted so that a request is done. */
public record Right(Action action, ChannelName channel) {}
