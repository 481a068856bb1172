package dev.herald.push;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;

/** Keys of the curve P-256, and the bytes in which Web Push writes them: public ones uncompressed (SEC 1, 2.3.3), private ones as a number. */
final class P256 {

    /** Of a public key. */
    static final int PUBLIC_BYTES = 65;

    private static final int NUMBER_BYTES = 32;
    private static final byte UNCOMPRESSED = 4;
    private static final ECParameterSpec CURVE = curve();

    private P256() {}

    private static ECParameterSpec curve() {
        try {
            var parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java does not have the curve P-256", e);
        }
    }

    static KeyPair newPair() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(CURVE);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java does not make keys of the curve P-256", e);
        }
    }

    /**
     * Reads a public key.
     *
     * @throws IllegalArgumentException when the bytes are none, or of a point that is not on the curve: with such a one, a stranger could
     *     find out what the other key is
     */
    static PublicKey publicKey(byte[] bytes) {
        if (bytes.length != PUBLIC_BYTES || bytes[0] != UNCOMPRESSED) {
            throw new IllegalArgumentException("a key is " + PUBLIC_BYTES + " bytes, the first one 4");
        }
        var x = new BigInteger(1, Arrays.copyOfRange(bytes, 1, 1 + NUMBER_BYTES));
        var y = new BigInteger(1, Arrays.copyOfRange(bytes, 1 + NUMBER_BYTES, PUBLIC_BYTES));
        if (!isOnTheCurve(x, y)) {
            throw new IllegalArgumentException("the key is no point of the curve P-256");
        }
        try {
            return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(new ECPoint(x, y), CURVE));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key is none of the curve P-256", e);
        }
    }

    /** Whether y² = x³ + ax + b. */
    private static boolean isOnTheCurve(BigInteger x, BigInteger y) {
        var curve = CURVE.getCurve();
        var p = ((ECFieldFp) curve.getField()).getP();
        var right = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(p);
        return x.compareTo(p) < 0 && y.compareTo(p) < 0 && y.pow(2).mod(p).equals(right);
    }

    /** Reads a private key. */
    static PrivateKey privateKey(byte[] bytes) {
        try {
            return KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(new BigInteger(1, bytes), CURVE));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key is none of the curve P-256", e);
        }
    }

    static byte[] bytes(PublicKey key) {
        var point = ((ECPublicKey) key).getW();
        var bytes = new byte[PUBLIC_BYTES];
        bytes[0] = UNCOMPRESSED;
        write(point.getAffineX(), bytes, 1);
        write(point.getAffineY(), bytes, 1 + NUMBER_BYTES);
        return bytes;
    }

    static byte[] bytes(PrivateKey key) {
        var bytes = new byte[NUMBER_BYTES];
        write(((ECPrivateKey) key).getS(), bytes, 0);
        return bytes;
    }

    /** Java writes numbers with a zero before them when the first bit is set, and without those zeros that they begin with. */
    private static void write(BigInteger number, byte[] to, int at) {
        var written = number.toByteArray();
        var length = Math.min(written.length, NUMBER_BYTES);
        System.arraycopy(written, written.length - length, to, at + NUMBER_BYTES - length, length);
    }
}
