package dev.herald.hub;

/** Without a database. */
class NoClientStatesTest extends ClientStatesContract {

    @Override
    protected ClientStates createStates() {
        return ClientStates.NONE;
    }
}
