package org.netdissect.pictures;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;

/** The one way in which the bytes of pictures come into memory. */
final class PictureFiles {
  private PictureFiles() {}

  /**
   * The first bytes of a file.
   *
   * @param most how many at most
   * @throws UnreadableImageException as {@link Photographs#bytes}
   */
  static byte[] read(Path file, int most) throws UnreadableImageException {
    String name = Text.oneLine(file.toString());
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (!attributes.isRegularFile()) {
        throw new UnreadableImageException(
            name
                + " is "
                + (attributes.isDirectory() ? "a folder" : "a pipe or device")
                + ", not a file");
      }
      if (attributes.size() > Limits.FILE_BYTES) {
        throw new UnreadableImageException(
            name + " is too large for an image: " + attributes.size() + " bytes");
      }
      return fill(new byte[(int) Math.min(most, attributes.size())], file);
    } catch (NoSuchFileException e) {
      throw new UnreadableImageException("missing file " + name, e);
    } catch (AccessDeniedException e) {
      throw new UnreadableImageException("no permission to read " + name, e);
    } catch (UnreadableImageException e) {
      throw e;
    } catch (IOException e) {
      throw new UnreadableImageException(
          "cannot read " + name + ": " + Text.oneLine(String.valueOf(e.getMessage())), e);
    } catch (OutOfMemoryError e) {
      throw new UnreadableImageException(
          name + ": not enough memory for it; give Java more with -Xmx", e);
    }
  }

  /** The file's bytes in the array given, or in a shorter one when there are fewer by now. */
  private static byte[] fill(byte[] bytes, Path file) throws IOException {
    ByteBuffer into = ByteBuffer.wrap(bytes);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (into.hasRemaining() && channel.read(into) >= 0) {
        // A read may give less than asked for.
      }
    }
    return into.hasRemaining() ? Arrays.copyOf(bytes, into.position()) : bytes;
  }
}
