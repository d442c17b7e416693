package org.netdissect.base.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.Json;
import tools.jackson.core.JacksonException;

/**
 * A checksum inside a JSON text: its last property {@code sha256} is that of the text without it
 * (and without the comma before it), so that the file stands for itself.
 */
public final class Seal {
  private static final Pattern LAST =
      Pattern.compile(",\n  \"sha256\" : \"([0-9a-f]{64})\"\n\\}\n\\z");

  private Seal() {}

  /** Seals what {@link Json#pretty} gave for an object with at least one property. */
  public static String seal(String json) {
    assert json.endsWith("\n}\n");
    return json.substring(0, json.length() - 3)
        + ",\n  \"sha256\" : \""
        + Digests.sha256Hex(json.getBytes(StandardCharsets.UTF_8))
        + "\"\n}\n";
  }

  /** The text without its seal, or null if it has none or a wrong one. */
  public static @Nullable String open(byte[] sealed) {
    String text = new String(sealed, StandardCharsets.UTF_8);
    // A seal is short; looking for it only at the end keeps hostile text cheap.
    int from = Math.max(0, text.length() - 96);
    Matcher last = LAST.matcher(text).region(from, text.length());
    if (!last.find()) {
      return null;
    }
    byte[] json = (text.substring(0, last.start()) + "\n}\n").getBytes(StandardCharsets.UTF_8);
    return Digests.sha256Hex(json).equals(last.group(1))
            && sealed.length == json.length + (text.length() - 3 - last.start())
        ? new String(json, StandardCharsets.UTF_8)
        : null;
  }

  /**
   * Reads a sealed file.
   *
   * @param mostBytes that it may have
   * @throws DamagedException if it is longer, not what was written, or makes no sense
   */
  public static <T> T read(Path file, long mostBytes, Class<T> type) throws IOException {
    if (Files.size(file) > mostBytes) {
      throw new DamagedException(file, "it is too long", null);
    }
    String json = open(Files.readAllBytes(file));
    if (json == null) {
      throw new DamagedException(file, "it is not what was written (SHA-256 differs)", null);
    }
    try {
      return Json.mapper().readValue(json, type);
    } catch (JacksonException e) {
      throw new DamagedException(file, "it makes no sense", e);
    }
  }
}
