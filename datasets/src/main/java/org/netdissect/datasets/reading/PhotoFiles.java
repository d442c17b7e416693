package org.netdissect.datasets.reading;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.base.threads.Workers;
import org.netdissect.pictures.PhotoHeader;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.UnreadableImageException;

/** Finds photographs in folders and looks at their headers. */
public final class PhotoFiles {
  /** Levels of folders that are walked through. */
  static final int DEEPEST = 12;

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
    walk(
        folder,
        depth,
        new Visitor() {
          @Override
          public void entry(Path file, BasicFileAttributes a) throws DataException {
            if (a.isRegularFile() && Photographs.isPhotographName(file.toString())) {
              if (names.size() == Limits.IMAGES) {
                throw new DataException("more than " + Limits.IMAGES + " images in " + folder);
              }
              names.add(folder.relativize(file).toString().replace('\\', '/'));
            }
          }

          @Override
          public void failed(Path file, IOException e) {
            // Told by PassedOver.
          }
        });
    Folders.checkNames(folder, names);
    names.sort(null);
    return names;
  }

  /** Lines on what below a folder is passed over, if anything is. */
  public static List<String> passedOver(Path folder) {
    return PassedOver.below(folder).remarks();
  }

  /**
   * What to add where nothing was found below a folder, in case its pictures are of other kinds.
   */
  public static String orPassedOver(Path folder) {
    List<String> remarks = passedOver(folder);
    return remarks.isEmpty() ? "" : "; " + remarks.get(0);
  }

  /** Who is told of what lies below a folder. */
  interface Visitor {
    /** An entry that is no folder, and is not hidden. */
    void entry(Path file, BasicFileAttributes attributes) throws DataException;

    /** An entry that cannot be looked at: a link that leads round or nowhere, a closed folder. */
    void failed(Path file, IOException why);
  }

  /** Walks through a folder; links are followed, but not back to where the walk is. */
  static void walk(Path folder, int depth, Visitor visitor) throws DataException {
    try {
      Path real = folder.toRealPath();
      Files.walkFileTree(
          folder,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          depth,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes a)
                throws IOException {
              if (dir.equals(folder)) {
                return FileVisitResult.CONTINUE;
              } else if (isHidden(dir)) {
                return FileVisitResult.SKIP_SUBTREE;
              } else if (Files.isSymbolicLink(dir) && real.startsWith(dir.toRealPath())) {
                visitor.failed(dir, new FileSystemLoopException(dir.toString()));
                return FileVisitResult.SKIP_SUBTREE;
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
              if (!isHidden(file) && !a.isDirectory()) {
                visitor.entry(file, a);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              if (!isHidden(file)) {
                visitor.failed(file, e);
              }
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot list " + folder + ": " + e.getMessage(), e);
    }
  }

  /**
   * Names of the folders directly in the folder, sorted; hidden ones and links that lead back are
   * passed over.
   */
  public static List<String> folders(Path folder) throws DataException {
    List<String> names = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        if (Files.isDirectory(file) && !isHidden(file) && !leadsBack(file)) {
          names.add(file.getFileName().toString());
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new DataException("cannot list " + folder + ": " + e.getMessage(), e);
    }
    names.sort(null);
    return names;
  }

  /** Whether a folder is a link to one that it lies in. */
  static boolean leadsBack(Path folder) throws IOException {
    Path parent = folder.toAbsolutePath().getParent();
    return parent != null
        && Files.isSymbolicLink(folder)
        && parent.toRealPath().startsWith(folder.toRealPath());
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

  /**
   * Why the size of the picture that was labelled is not known, and its image is left out: the
   * photograph cannot be read, or Exif asks to flip it and nothing says whether its labels were
   * drawn before or after.
   */
  public static UnreadableImageException unknownSize(Path photo, String name) {
    PhotoHeader header = header(photo);
    return new UnreadableImageException(
        Text.oneLine(name)
            + (header == null
                ? ": its photograph cannot be read, so its size is not known"
                : ": Exif asks to turn or flip it ("
                    + header.orientation()
                    + "), and no size tells whether it was labelled as stored or as shown; turn its"
                    + " pixels (mogrify -auto-orient), or take Exif away if it was as stored"));
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
