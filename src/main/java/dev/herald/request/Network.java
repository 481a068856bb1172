package dev.herald.request;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;

/** Under which key an address is counted: an IPv6 client can use all addresses of its network of 64 bits, so these count as one. */
final class Network {

    private static final int BYTES_OF_IPV6_NETWORK = 8;

    private Network() {}

    /** @param address a literal one, as a server gives it, or anything else, which stands for itself */
    static String of(String address) {
        if (address.indexOf(':') < 0 || !address.matches("[0-9A-Fa-f:.]+(%.*)?")) {
            return address;
        }
        try {
            // It is a literal address, so no name server is asked.
            var bytes = InetAddress.getByName(address).getAddress();
            return bytes.length <= BYTES_OF_IPV6_NETWORK
                    ? address
                    : HexFormat.of().formatHex(Arrays.copyOf(bytes, BYTES_OF_IPV6_NETWORK));
        } catch (UnknownHostException e) {
            return address;
        }
    }
}
