package org.netdissect.datasets.reading;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;

/** Paths and files named by a data set, which nobody has vouched for. */
public final class Folders {
  private Folders() {}

  /** The folder's own name. */
  public static String nameOf(Path folder) {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    return name == null ? "data" : name.toString();
  }

  /** What is wrong with a name as a path below a folder, or null when nothing is. */
  public static @Nullable String complaint(String name) {
    if (isPlain(name)) {
      return null;
    }
    if (name.isBlank()) {
      return "a blank file name";
    }
    if (name.length() > 1_000) {
      return "a file name of more than 1000 characters";
    }
    for (int i = 0; i < name.length(); i++) {
      if (Character.isISOControl(name.charAt(i))) {
        return "a control character in file name " + Text.quoted(name);
      }
    }
    try {
      Path path = Path.of(name);
      if (path.isAbsolute() || name.startsWith("/") || name.startsWith("\\")) {
        return "file name " + Text.quoted(name) + " is not below the data folder";
      }
      for (String part : name.replace('\\', '/').split("/", -1)) {
        if (part.equals("..")) {
          return "file name " + Text.quoted(name) + " leaves the data folder";
        }
      }
      if (path.normalize().toString().isEmpty()) {
        return "file name " + Text.quoted(name) + " is the data folder itself";
      }
    } catch (InvalidPathException e) {
      return "file name " + Text.quoted(name) + " is not possible on this system";
    }
    return null;
  }

  /**
   * Whether a name is so simple that no system could object to it. Nearly all are, and a data set
   * has hundreds of thousands.
   */
  private static boolean isPlain(String name) {
    int length = name.length();
    if (length == 0 || length > 1_000 || name.charAt(0) == '/') {
      return false;
    }
    char before = 0;
    for (int i = 0; i < length; i++) {
      char c = name.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '_'
              || c == '-'
              || c == '/'
              || (c == '.' && before != '.' && before != '/' && before != 0);
      if (!plain) {
        return false;
      }
      before = c;
    }
    return true;
  }

  /**
   * Checks names as paths below a folder.
   *
   * @throws DataException that says what is wrong with them: with five, and how many more
   */
  public static void checkNames(Path folder, Collection<String> names) throws DataException {
    List<String> complaints =
        names.stream().map(Folders::complaint).filter(Objects::nonNull).toList();
    if (!complaints.isEmpty()) {
      throw new DataException(
          folder
              + ": "
              + String.join("; ", complaints.subList(0, Math.min(5, complaints.size())))
              + (complaints.size() > 5 ? "; and " + (complaints.size() - 5) + " more" : "")
              + "; rename what is named so");
    }
  }

  /** The file of that name below the folder; the name has passed {@link #complaint}. */
  public static Path below(Path folder, String name) {
    Path base = folder.toAbsolutePath().normalize();
    Path file = base.resolve(name).normalize();
    if (!file.startsWith(base) || file.equals(base)) {
      throw new IllegalArgumentException("path " + Text.quoted(name) + " leaves " + folder);
    }
    return file;
  }
}
