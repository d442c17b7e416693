package org.netdissect.datasets.reading;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;

/**
 * What lies directly in a folder, listed once, for telling what the folder is. Hidden entries are
 * passed over, and so is what is neither a folder nor a file (pipes, devices), and links to a
 * folder that they lie in.
 */
public final class Listing {
  private final Path folder;
  private final List<String> folders = new ArrayList<>();
  private final List<String> files = new ArrayList<>();
  private final Map<String, Listing> inside = new HashMap<>();

  private @Nullable String problem;

  private Listing(Path folder) {
    this.folder = folder;
  }

  /**
   * Lists a folder; of anything else nothing is listed.
   *
   * @throws DataException when it cannot be listed
   */
  public static Listing of(Path folder) throws DataException {
    Listing listing = new Listing(folder);
    if (!Files.isDirectory(folder)) {
      return listing;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        boolean hidden = PhotoFiles.isHidden(entry);
        if (!hidden && Files.isDirectory(entry)) {
          if (!PhotoFiles.leadsBack(entry)) {
            listing.folders.add(name);
          }
        } else if (!hidden && Files.isRegularFile(entry)) {
          listing.files.add(name);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new DataException("cannot list " + Text.oneLine(folder + ": " + e.getMessage()), e);
    }
    listing.folders.sort(null);
    listing.files.sort(null);
    return listing;
  }

  /** The folder listed. */
  public Path folder() {
    return folder;
  }

  /** Names of the folders in it, sorted. */
  public List<String> folders() {
    return folders;
  }

  /** Names of the files in it, sorted. */
  public List<String> files() {
    return files;
  }

  /**
   * What lies in a folder of this one, listed at most once; nothing where it cannot be listed or is
   * not there.
   */
  public Listing in(String name) {
    return inside.computeIfAbsent(
        name,
        n -> {
          try {
            return of(folder.resolve(n));
          } catch (DataException e) {
            Listing none = new Listing(folder.resolve(n));
            none.problem = e.getMessage();
            return none;
          }
        });
  }

  /** Why the folder cannot be listed, or null when it is. */
  public @Nullable String problem() {
    return problem;
  }

  /** Whether nothing is in it that is not hidden. */
  public boolean isEmpty() {
    return folders.isEmpty() && files.isEmpty();
  }

  /** Whether there is a file of that name, whatever its case. */
  public boolean hasFile(String name) {
    return find(files, name) != null;
  }

  /** Whether there is a folder of that name, whatever its case. */
  public boolean hasFolder(String name) {
    return find(folders, name) != null;
  }

  /** The file of that name; where there is none, one whose name differs only in case; or null. */
  public @Nullable Path file(String name) {
    String found = find(files, name);
    return found == null ? null : folder.resolve(found);
  }

  /** The first of these names that a file has, whatever its case, as a path; or null. */
  public @Nullable Path firstFile(String... names) {
    for (String name : names) {
      Path file = file(name);
      if (file != null) {
        return file;
      }
    }
    return null;
  }

  /** The folder of that name; where there is none, one whose name differs only in case; or null. */
  public @Nullable Path subfolder(String name) {
    String found = find(folders, name);
    return found == null ? null : folder.resolve(found);
  }

  /** Names of the files with that ending (".json"), whatever its case. */
  public List<String> filesEnding(String ending) {
    return files.stream().filter(f -> f.toLowerCase(Locale.ROOT).endsWith(ending)).toList();
  }

  private static @Nullable String find(List<String> names, String name) {
    return names.contains(name)
        ? name
        : names.stream().filter(name::equalsIgnoreCase).findFirst().orElse(null);
  }
}
