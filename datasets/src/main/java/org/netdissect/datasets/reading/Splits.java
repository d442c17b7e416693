package org.netdissect.datasets.reading;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;

/** How images are parted into those to train on and those to validate with. */
public final class Splits {
  private Splits() {}

  /** The split a folder's name stands for, or null when it stands for none. */
  public static @Nullable String ofFolder(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.matches("train(ing)?[_-]?(set|data|\\d{4})?")) {
      return "train";
    }
    if (lower.matches("val(id|idation)?[_-]?(set|data|\\d{4})?")) {
      return "val";
    }
    return lower.matches("test(ing)?[_-]?(set|data|\\d{4})?") ? "test" : null;
  }

  /** Broden's rule for images without a split of their own: by the MD5 hash of the name. */
  public static String ofName(String name) {
    return ofHash(hash(name));
  }

  /** First 8 bytes of MD5 of the name, as an unsigned number. */
  public static long hash(String name) {
    byte[] md5 = Digests.of("MD5").digest(name.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(md5).getLong();
  }

  /** The split a name falls into: train when its hash is at most 0.7 of the hash's range. */
  public static String ofHash(long hash) {
    double fraction = ((hash >>> 11) * 0x1p-53);
    return fraction <= 0.7 ? "train" : "val";
  }
}
