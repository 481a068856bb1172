package dev.herald.api;

/**
 * One open connection: a browser tab, a phone, a program.
 *
 * @param id unique while the server lives; not a secret, it gives no right to anything
 * @param person whom it belongs to
 */
public record Connection(String id, Person person) {}
