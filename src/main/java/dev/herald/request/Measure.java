package dev.herald.request;

/** What is counted of what clients ask for. */
enum Measure {
    /** Messages, of whatever kind. */
    MESSAGES("messages"),
    /** Of their data, in characters of JSON. */
    CHARACTERS("characters"),
    /** Channels that are joined. */
    JOINS("joins"),
    /** Pages of history, and lists of who is in a channel. */
    PAGES("pages of history"),
    /** Characters that the log keeps. */
    STORED("stored characters"),
    /** Channels that did not exist before. */
    CHANNELS("new channels"),
    /** Guests who were not known before. */
    GUESTS("new guests"),
    /** Passwords that are wrong. */
    GUESSES("wrong passwords");

    private final String words;

    Measure(String words) {
        this.words = words;
    }

    /** In the plural, for people. */
    String words() {
        return words;
    }
}
