package org.netdissect.datasets.reading;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.pictures.Jpeg;
import org.netdissect.pictures.Png;
import org.netdissect.pictures.UnreadableImageException;

/** Finds photographs in folders and looks at their headers. */
public final class PhotoFiles {
  private static final int DEEPEST = 12;
  private static final int HEAD_BYTES = 1 << 15;

  /** Exif, thumbnails and profiles may come before the size. */
  private static final int LONGEST_HEAD = 1 << 22;

  private PhotoFiles() {}

  public static boolean isPhotoName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".jpg") || lower.endsWith(".jpeg") || lower.endsWith(".png");
  }

  /** The name without its last ending. */
  public static String stem(String name) {
    int dot = name.lastIndexOf('.');
    return dot > name.lastIndexOf('/') ? name.substring(0, dot) : name;
  }

  /**
   * Names, relative to the folder and with "/", of all photographs below it, sorted. Hidden files
   * and folders are passed over.
   */
  public static List<String> below(Path folder) throws DataException {
    return below(folder, DEEPEST);
  }

  /** The same, down to some depth: 1 for the folder alone. */
  public static List<String> below(Path folder, int depth) throws DataException {
    List<String> names = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          depth,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a) {
              return !dir.equals(folder) && isHidden(dir)
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
              if (a.isRegularFile() && !isHidden(file) && isPhotoName(file.toString())) {
                if (names.size() == Limits.IMAGES) {
                  throw new DataException("more than " + Limits.IMAGES + " images in " + folder);
                }
                names.add(folder.relativize(file).toString().replace('\\', '/'));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // loops and unreadable folders are passed over
            }
          });
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot list " + folder + ": " + e.getMessage(), e);
    }
    Folders.checkNames(folder, names);
    names.sort(null);
    return names;
  }

  /** A line on the files below a folder that are pictures of kinds that are not read, if any. */
  public static List<String> passedOver(Path folder) {
    long count = unread(folder);
    return count == 0
        ? List.of()
        : List.of(
            Text.oneLine(folder.toString())
                + ": "
                + count
                + (count == 1 ? " picture is" : " pictures are")
                + " neither JPEG nor PNG and passed over; convert them");
  }

  private static long unread(Path folder) {
    try (Stream<Path> files = Files.walk(folder, DEEPEST)) {
      return files
          .filter(
              file ->
                  !isHidden(file)
                      && file.toString()
                          .toLowerCase(Locale.ROOT)
                          .matches("(?s).*\\.(bmp|gif|tiff?|webp|ppm|heic|jp2)"))
          .count();
    } catch (IOException | UncheckedIOException e) {
      return 0; // a note less
    }
  }

  /** Names of the folders directly in the folder, sorted; hidden ones are passed over. */
  public static List<String> folders(Path folder) throws DataException {
    List<String> names = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (Files.isDirectory(file) && !isHidden(file)) {
          names.add(file.getFileName().toString());
        }
      }
    } catch (IOException e) {
      throw new DataException("cannot list " + folder + ": " + e.getMessage(), e);
    }
    names.sort(null);
    return names;
  }

  static boolean isHidden(Path file) {
    Path name = file.getFileName();
    return name != null && (name.toString().startsWith(".") || name.toString().equals("__MACOSX"));
  }

  /** Height and width of a photograph, from its header; {0, 0} when it cannot be read. */
  public static int[] size(Path file) {
    for (int bytes = HEAD_BYTES; ; bytes *= 8) {
      byte[] head;
      try (InputStream in = Files.newInputStream(file)) {
        head = in.readNBytes(bytes);
      } catch (IOException e) {
        return new int[] {0, 0};
      }
      try {
        if (Png.isPng(head)) {
          Png.Header header = Png.header(head, file.toString(), Limits.PHOTO_PIXELS);
          return new int[] {header.height, header.width};
        }
        return Jpeg.isJpeg(head) ? Jpeg.size(head, file.toString()) : new int[] {0, 0};
      } catch (UnreadableImageException e) {
        if (head.length < bytes || bytes >= LONGEST_HEAD) {
          return new int[] {0, 0};
        }
      }
    }
  }

  /** The sizes of many photographs: {@code [i] = {height, width}}. */
  public static int[][] sizes(List<Path> files) {
    int[][] sizes = new int[files.size()][];
    IntStream.range(0, sizes.length).parallel().forEach(i -> sizes[i] = size(files.get(i)));
    return sizes;
  }
}
