package org.netdissect.app;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;

/** A list of images, one name a line: UTF-8, or UTF-16 with its mark. */
final class ImageList {
  private static final long LONGEST_FILE = 1L << 28;
  private static final int LONGEST_NAME = 4096;

  private ImageList() {}

  /**
   * Reads a list; blank lines at its end are none.
   *
   * @throws DataException if it is no such list, naming file and line
   */
  static List<String> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (!Files.isRegularFile(file)) {
      throw new DataException(file + " is no file");
    }
    if (Files.size(file) > LONGEST_FILE) {
      throw new DataException(file + " is too long for a list of images: over 256 MiB");
    }
    List<String> names = new ArrayList<>();
    Charset charset = charset(file);
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(Files.newInputStream(file), charset.newDecoder()))) {
      for (String name = next(lines, file, names.size());
          name != null;
          name = next(lines, file, names.size())) {
        names.add(name);
      }
    } catch (CharacterCodingException e) {
      throw new DataException(file + " is no text in " + charset, e);
    }
    if (!names.isEmpty() && names.get(0).startsWith("\ufeff")) {
      names.set(0, names.get(0).substring(1));
    }
    while (!names.isEmpty() && names.get(names.size() - 1).isBlank()) {
      names.remove(names.size() - 1);
    }
    return names;
  }

  private static Charset charset(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      byte[] head = in.readNBytes(2);
      boolean marked =
          head.length == 2
              && ((head[0] == (byte) 0xff && head[1] == (byte) 0xfe)
                  || (head[0] == (byte) 0xfe && head[1] == (byte) 0xff));
      return marked ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
    }
  }

  /** A line, which is read no further than a name can be long. */
  private static String next(BufferedReader lines, Path file, int before) throws IOException {
    StringBuilder name = new StringBuilder();
    int c = lines.read();
    if (c < 0) {
      return null;
    }
    for (; c >= 0 && c != '\n'; c = lines.read()) {
      if (c == 0 || name.length() == LONGEST_NAME) {
        throw DataException.at(
            file, before + 1L, "is no name of an image: " + Text.quoted(name.toString()));
      }
      name.append((char) c);
    }
    int length = name.length();
    return length > 0 && name.charAt(length - 1) == '\r'
        ? name.substring(0, length - 1)
        : name.toString();
  }
}
