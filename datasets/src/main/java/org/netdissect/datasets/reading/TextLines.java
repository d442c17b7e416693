package org.netdissect.datasets.reading;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;

/**
 * Plain lists from outside, one entry a line: UTF-8, or UTF-16 where a byte order mark says so, as
 * Windows writes them; line feeds with or without carriage returns.
 */
public final class TextLines {
  private static final int LONGEST_LINE = 1 << 16;

  private TextLines() {}

  /**
   * The lines of a file, a byte order mark taken off.
   *
   * @throws DataException that names the file: when it is missing, no file, too large, no text, or
   *     has a line of more than 65,536 characters
   */
  public static List<String> of(Path file) throws DataException {
    String text = decode(file, bytes(file));
    List<String> lines = new ArrayList<>();
    for (int from = 0; from < text.length(); ) {
      int end = text.indexOf('\n', from);
      int to = end < 0 ? text.length() : end;
      int last = to > from && text.charAt(to - 1) == '\r' ? to - 1 : to;
      if (last - from > LONGEST_LINE) {
        throw DataException.at(
            file,
            lines.size() + 1,
            "a line of " + (last - from) + " characters; is this a list with one entry a line?");
      }
      lines.add(text.substring(from, last));
      from = end < 0 ? text.length() : end + 1;
    }
    return lines;
  }

  /**
   * A list whose entries have their numbers by their lines: a blank line counts, but for those at
   * the end; space around an entry does not.
   */
  public static List<String> numbered(Path file) throws DataException {
    List<String> lines = new ArrayList<>();
    of(file).forEach(line -> lines.add(line.strip()));
    while (!lines.isEmpty() && lines.get(lines.size() - 1).isEmpty()) {
      lines.remove(lines.size() - 1);
    }
    return lines;
  }

  private static byte[] bytes(Path file) throws DataException {
    String name = Text.oneLine(file.toString());
    try {
      if (!Files.isRegularFile(file)) {
        throw new DataException(
            Files.isDirectory(file)
                ? name + " is a folder, not a file"
                : Files.exists(file) ? name + " is no plain file" : "missing file " + name);
      }
      if (Files.size(file) > Limits.FILE_BYTES) {
        throw new DataException(name + " is too large for a list: " + Files.size(file) + " bytes");
      }
      try (InputStream in = Files.newInputStream(file)) {
        return in.readNBytes((int) Limits.FILE_BYTES);
      }
    } catch (NoSuchFileException e) {
      throw new DataException("missing file " + name, e);
    } catch (AccessDeniedException e) {
      throw new DataException("no permission to read " + name, e);
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException(
          "cannot read " + name + ": " + Text.oneLine(String.valueOf(e.getMessage())), e);
    } catch (OutOfMemoryError e) {
      throw new DataException(name + ": not enough memory for it; give Java more with -Xmx", e);
    }
  }

  private static String decode(Path file, byte[] bytes) throws DataException {
    Charset charset = StandardCharsets.UTF_8;
    int mark = 0;
    if (begins(bytes, 0xef, 0xbb, 0xbf)) {
      mark = 3;
    } else if (begins(bytes, 0xff, 0xfe)) {
      mark = 2;
      charset = StandardCharsets.UTF_16LE;
    } else if (begins(bytes, 0xfe, 0xff)) {
      mark = 2;
      charset = StandardCharsets.UTF_16BE;
    }
    String text;
    try {
      text =
          charset.newDecoder().decode(ByteBuffer.wrap(bytes, mark, bytes.length - mark)).toString();
    } catch (CharacterCodingException e) {
      throw new DataException(
          Text.oneLine(file.toString()) + ": text that is not UTF-8; save the file as UTF-8", e);
    } catch (OutOfMemoryError e) {
      throw new DataException(
          Text.oneLine(file.toString()) + ": not enough memory for it; give Java more with -Xmx",
          e);
    }
    if (text.indexOf('\0') >= 0) {
      throw new DataException(
          Text.oneLine(file.toString()) + " is no text; save the list as UTF-8");
    }
    return text;
  }

  private static boolean begins(byte[] bytes, int... with) {
    for (int i = 0; i < with.length; i++) {
      if (i >= bytes.length || (bytes[i] & 0xff) != with[i]) {
        return false;
      }
    }
    return true;
  }
}
