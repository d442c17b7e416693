package org.netdissect.datasets.broden;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.netdissect.base.Digests;

/**
 * Names of files of one folder, so that no two are one file, on no file system: names that differ
 * only in case or in how accents are written count as the same, and no file is a folder of another.
 */
public final class FreeNames {
  /** Bytes of a part of a path; file systems allow 255, and masks get an ending more. */
  private static final int LONGEST = 150;

  private final Set<String> files = new HashSet<>();
  private final Set<String> folders = new HashSet<>();

  /** Takes a name, unless it is taken. */
  public boolean take(String name) {
    return takeAll(List.of(name));
  }

  /** Takes all names, unless one of them is taken or two of them are the same. */
  boolean takeAll(List<String> names) {
    Set<String> keys = new HashSet<>();
    for (String name : names) {
      String key = key(name);
      if (files.contains(key) || folders.contains(key) || !keys.add(key)) {
        return false;
      }
      for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
        if (files.contains(key.substring(0, slash))) {
          return false;
        }
      }
    }
    files.addAll(keys);
    for (String key : keys) {
      for (int slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
        folders.add(key.substring(0, slash));
      }
    }
    return true;
  }

  private static String key(String name) {
    String plain = Normalizer.normalize(name, Normalizer.Form.NFKC);
    return plain.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }

  /**
   * The name as every file system takes it: without characters that some refuse, without parts that
   * end in a dot or a blank, no part too long. Names that differ may come out the same.
   */
  public static String plain(String name) {
    StringBuilder plain = new StringBuilder();
    for (String part : name.replaceAll("[\\p{Cntrl};\\\\\"<>|?*:]", "_").split("/", -1)) {
      if (!part.isEmpty() && !part.equals(".")) {
        plain.append(plain.isEmpty() ? "" : "/").append(shorten(part.replaceAll("[. ]+$", "_")));
      }
    }
    return plain.toString();
  }

  private static String shorten(String part) {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= LONGEST) {
      return part;
    }
    MessageDigest md5 = Digests.of("MD5");
    String mark = "-" + Digests.hex(md5.digest(bytes)).substring(0, 8);
    int end = part.length();
    while (part.substring(0, end).getBytes(StandardCharsets.UTF_8).length
        > LONGEST - mark.length()) {
      end = part.offsetByCodePoints(end, -1);
    }
    return part.substring(0, end) + mark;
  }
}
