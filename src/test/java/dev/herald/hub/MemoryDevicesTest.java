package dev.herald.hub;

/** The devices that other tests have. */
class MemoryDevicesTest extends DevicesContract {

    @Override
    protected Devices createDevices() {
        return new MemoryDevices();
    }
}
