package org.netdissect.base;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
    return hex(sha256().digest(bytes));
  }

  /** SHA-256 of what remains of a buffer, which is used up. */
  public static String sha256Hex(ByteBuffer bytes) {
    MessageDigest digest = sha256();
    digest.update(bytes);
    return hex(digest.digest());
  }

  /** SHA-256 of a file of any size. */
  public static String sha256Hex(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] block = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(block); n >= 0; n = in.read(block)) {
        digest.update(block, 0, n);
      }
    }
    return hex(digest.digest());
  }

  /** Bytes as lower-case hexadecimal digits. */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** Bytes of such digits. */
  public static byte[] parseHex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  /** The first so many hexadecimal digits of the text's SHA-256. */
  public static String shortHash(String text, int digits) {
    return sha256Hex(text.getBytes(StandardCharsets.UTF_8)).substring(0, digits);
  }
}
