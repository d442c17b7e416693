package org.netdissect.datasets.reading;

import java.io.IOException;
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
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.base.threads.Workers;
import org.netdissect.pictures.PhotoHeader;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.PictureKind;
import org.netdissect.pictures.UnreadableImageException;

/** Finds photographs in folders and looks at their headers. */
public final class PhotoFiles {
  private static final int DEEPEST = 12;

  private PhotoFiles() {}

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
              if (a.isRegularFile()
                  && !isHidden(file)
                  && Photographs.isPhotographName(file.toString())) {
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
    Map<String, Long> kinds;
    try (Stream<Path> files = Files.walk(folder, DEEPEST)) {
      kinds =
          files
              .filter(file -> !isHidden(file))
              .flatMap(file -> unreadKind(file).stream())
              .collect(
                  Collectors.groupingBy(PictureKind::title, TreeMap::new, Collectors.counting()));
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // a note less
    }
    long count = kinds.values().stream().mapToLong(n -> n).sum();
    if (count == 0) {
      return List.of();
    }
    return List.of(
        Text.oneLine(folder.toString())
            + ": "
            + count
            + (count == 1 ? " picture of a kind" : " pictures of kinds")
            + (count == 1 ? " that is" : " that are")
            + " not read ("
            + String.join(", ", kinds.keySet())
            + (count == 1 ? ") is" : ") are")
            + " passed over; convert to JPEG or PNG");
  }

  private static Optional<PictureKind> unreadKind(Path file) {
    return Optional.ofNullable(PictureKind.ofName(file.toString()))
        .filter(kind -> !kind.isRead() && Files.isRegularFile(file));
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

  /** What many photographs say before their pixels; null for those that cannot be read. */
  public static @Nullable PhotoHeader[] headers(List<Path> files) throws DataException {
    @Nullable PhotoHeader[] headers = new PhotoHeader[files.size()];
    try {
      Workers.run(
          Runtime.getRuntime().availableProcessors(),
          headers.length,
          "headers",
          () -> i -> headers[i] = header(files.get(i)));
    } catch (IOException e) {
      throw new DataException("cannot read the photographs' sizes: " + e.getMessage(), e);
    }
    return headers;
  }

  /** What a picture says before its pixels; null when it cannot be read. */
  public static @Nullable PhotoHeader header(Path file) {
    try {
      return Photographs.header(file);
    } catch (UnreadableImageException e) {
      return null;
    }
  }
}
