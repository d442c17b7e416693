package org.netdissect.datasets.reading;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.pictures.PictureKind;

/**
 * What below a folder is not read: pictures of kinds that are not, what has the name of a picture
 * but is no file, folders that cannot be listed, links that lead back.
 */
public final class PassedOver {
  /** How many lines there are about each kind of fault. */
  private static final int MOST_NAMED = 5;

  /** By so many bytes a picture is known. */
  private static final int HEAD_BYTES = 32;

  /** Endings of what is no picture, and need not be looked into. */
  private static final Set<String> OF_OTHERS =
      Set.of(
          "txt", "csv", "tsv", "json", "jsonl", "xml", "yaml", "yml", "md", "html", "js", "css",
          "npy", "npz", "mat", "h5", "pkl", "onnx", "pt", "pth", "bin", "zip", "gz", "tar", "tgz",
          "mp4", "avi", "mov", "pdf", "svg", "py", "m", "sh", "log", "db", "atlas", "arrow");

  private final Path folder;
  private final Map<String, Integer> kinds = new TreeMap<>();
  private int otherwiseNamed;
  private final List<String> noFiles = new ArrayList<>();
  private final List<String> closed = new ArrayList<>();
  private final List<String> loops = new ArrayList<>();

  private PassedOver(Path folder) {
    this.folder = folder;
  }

  /** Looks through a folder. */
  public static PassedOver below(Path folder) {
    PassedOver passed = new PassedOver(folder);
    try {
      PhotoFiles.walk(
          folder,
          PhotoFiles.DEEPEST,
          new PhotoFiles.Visitor() {
            @Override
            public void entry(Path file, BasicFileAttributes attributes) {
              passed.take(file, attributes);
            }

            @Override
            public void failed(Path file, IOException why) {
              passed.take(file, why);
            }
          });
    } catch (DataException e) {
      passed.closed.add(e.getMessage());
    }
    passed.noFiles.sort(null);
    passed.closed.sort(null);
    passed.loops.sort(null);
    return passed;
  }

  private void take(Path file, BasicFileAttributes attributes) {
    PictureKind kind = PictureKind.ofName(file.toString());
    if (kind != null && !attributes.isRegularFile()) {
      noFiles.add(
          Text.oneLine(file.toString())
              + (attributes.isSymbolicLink()
                  ? " is no file that can be read: a link to nothing"
                  : " is no file that can be read"));
    } else if (kind != null && !kind.isRead()) {
      kinds.merge(kind.title(), 1, Integer::sum);
    } else if (kind == null && attributes.isRegularFile() && isPictureByContents(file)) {
      otherwiseNamed++;
    }
  }

  private static boolean isPictureByContents(Path file) {
    String name = file.getFileName().toString();
    if (OF_OTHERS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT))) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      return PictureKind.ofContents(in.readNBytes(HEAD_BYTES)) != null;
    } catch (IOException e) {
      return false;
    }
  }

  private void take(Path file, IOException why) {
    String name = Text.oneLine(file.toString());
    if (why instanceof FileSystemLoopException) {
      loops.add(name + " leads back to a folder it is in, and is not followed");
    } else {
      String reason =
          why instanceof AccessDeniedException ? "no permission" : String.valueOf(why.getMessage());
      closed.add(name + " cannot be looked into (" + Text.oneLine(reason) + ")");
    }
  }

  /** A line for each entry that is named as a picture but is a pipe, a device, a dead link. */
  public List<String> noFiles() {
    return noFiles;
  }

  /** Lines on all of it, where there are many with their number. */
  public List<String> remarks() {
    List<String> remarks = new ArrayList<>();
    long count = kinds.values().stream().mapToLong(n -> n).sum();
    if (count > 0) {
      remarks.add(
          Text.oneLine(folder.toString())
              + ": "
              + count
              + (count == 1 ? " picture of a kind that is" : " pictures of kinds that are")
              + " not read ("
              + String.join(", ", kinds.keySet())
              + (count == 1 ? ") is" : ") are")
              + " passed over; convert to JPEG or PNG");
    }
    if (otherwiseNamed > 0) {
      remarks.add(
          Text.oneLine(folder.toString())
              + ": "
              + otherwiseNamed
              + (otherwiseNamed == 1
                  ? " picture whose name does not end as a picture's is"
                  : " pictures whose names do not end as pictures' are")
              + " passed over; name them .jpg or .png");
    }
    addSome(noFiles, "that are no files", remarks);
    addSome(closed, "that cannot be looked into", remarks);
    addSome(loops, "that lead back", remarks);
    return remarks;
  }

  private static void addSome(List<String> lines, String what, List<String> remarks) {
    remarks.addAll(lines.subList(0, Math.min(MOST_NAMED, lines.size())));
    if (lines.size() > MOST_NAMED) {
      remarks.add("and " + (lines.size() - MOST_NAMED) + " more " + what);
    }
  }
}
