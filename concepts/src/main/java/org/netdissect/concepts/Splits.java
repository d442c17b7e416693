package org.netdissect.concepts;

import java.util.Locale;

/** How images are parted into those to train on and those to validate with. */
final class Splits {
  private Splits() {}

  /** The split a folder's name stands for, or null when it stands for none. */
  static String ofFolder(String name) {
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
  static String ofName(String name) {
    return BrodenWriter.split(BrodenWriter.hash(name));
  }
}
