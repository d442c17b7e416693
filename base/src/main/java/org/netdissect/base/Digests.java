package org.netdissect.base;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Digests that every Java has. */
public final class Digests {
  /** Bytes of a SHA-256. */
  public static final int BYTES = 32;

  private Digests() {}

  /** A new SHA-256. */
  public static MessageDigest sha256() {
    return of("SHA-256");
  }

  /** A new digest of a kind that every Java has: SHA-256, SHA-1 or MD5. */
  public static MessageDigest of(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }

  /** SHA-256 of some bytes, 64 hexadecimal digits. */
  public static String sha256Hex(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }

  /** The first so many hexadecimal digits of the text's SHA-256. */
  public static String shortHash(String text, int digits) {
    return sha256Hex(text.getBytes(StandardCharsets.UTF_8)).substring(0, digits);
  }
}
