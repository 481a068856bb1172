package dev.herald.push;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/** Which addresses are of the internet: not of this machine, of a network behind it, or of nobody (RFC 6890). */
final class PublicAddresses {

    private static final List<Network> NO_HOSTS = List.of(
            Network.of("0.0.0.0", 8),
            Network.of("10.0.0.0", 8),
            Network.of("100.64.0.0", 10),
            Network.of("127.0.0.0", 8),
            Network.of("169.254.0.0", 16),
            Network.of("172.16.0.0", 12),
            Network.of("192.0.0.0", 24),
            Network.of("192.0.2.0", 24),
            Network.of("192.88.99.0", 24),
            Network.of("192.168.0.0", 16),
            Network.of("198.18.0.0", 15),
            Network.of("198.51.100.0", 24),
            Network.of("203.0.113.0", 24),
            Network.of("224.0.0.0", 3),
            // Tunnels, which have an address of IPv4 inside: Teredo and others, 6to4; then examples.
            Network.of("2001::", 23),
            Network.of("2002::", 16),
            Network.of("2001:db8::", 32),
            Network.of("3fff::", 20));

    /** All that is given out of IPv6. */
    private static final Network GLOBAL = Network.of("2000::", 3);

    private PublicAddresses() {}

    private record Network(List<Byte> address, int bits) {

        static Network of(String address, int bits) {
            try {
                return new Network(listed(InetAddress.getByName(address).getAddress()), bits);
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(address, e);
            }
        }

        private static List<Byte> listed(byte[] bytes) {
            var list = new Byte[bytes.length];
            Arrays.setAll(list, n -> bytes[n]);
            return List.of(list);
        }

        boolean has(byte[] other) {
            if (other.length != address.size()) {
                return false;
            }
            for (var bit = 0; bit < bits; bit++) {
                var mask = 0x80 >> (bit % Byte.SIZE);
                if ((other[bit / Byte.SIZE] & mask) != (address.get(bit / Byte.SIZE) & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Whether it is an address of the internet. */
    static boolean isPublic(InetAddress address) {
        var bytes = address.getAddress();
        return NO_HOSTS.stream().noneMatch(network -> network.has(bytes))
                && (!(address instanceof Inet6Address) || GLOBAL.has(bytes));
    }
}
