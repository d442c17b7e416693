package org.netdissect.datasets.reading;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;

/**
 * Finds the folder that the photographs of a file of annotations lie in: the first where one of the
 * first few is, by its whole name or, where that is nowhere, without its leading folders, which are
 * those of another computer then.
 */
public final class PhotoPlaces {
  private static final int DEEPEST = 3;
  private static final int MOST_FOLDERS = 1_000;

  /** Images by which a place is known. */
  private static final int TRIED = 5;

  /** Leading folders of a name that are dropped at most. */
  private static final int MOST_DROPPED = 30;

  /**
   * Where photographs lie.
   *
   * @param folder that names are below
   * @param others where one is looked for that is not there
   * @param dropped leading parts of the names
   */
  public record Place(Path folder, List<Path> others, int dropped) {
    /** The file of an image; where there is none, where it should be. */
    public Path photo(String name) {
      String tail = FileNames.tail(name, dropped);
      Path photo = Folders.below(folder, tail);
      if (!Files.exists(photo)) {
        for (Path other : others) {
          Path there = Folders.below(other, tail);
          if (Files.isRegularFile(there)) {
            return there;
          }
        }
      }
      return photo;
    }
  }

  private final Path file;
  private final List<String> names;
  private final Path root;

  private PhotoPlaces(Path file, List<String> names, Path folder) {
    this.file = file;
    this.names = names.stream().limit(TRIED).toList();
    this.root = folder.toAbsolutePath().normalize();
  }

  /**
   * The place of the photographs that a file of annotations names.
   *
   * @param names of photographs, cleaned ({@link FileNames#clean}); at least one
   * @param folder of the data set
   * @throws DataException when they are nowhere
   */
  public static Place of(Path file, List<String> names, Path folder) throws DataException {
    return new PhotoPlaces(file, names, folder).find();
  }

  private Place find() throws DataException {
    List<Path> customary = customary();
    int most = names.stream().mapToInt(FileNames::folders).max().orElse(0);
    List<Path> all = null;
    for (int dropped = 0; dropped <= Math.min(most, MOST_DROPPED); dropped++) {
      for (Path place : customary) {
        if (holdsPhotos(place, dropped)) {
          return new Place(place, customary, dropped);
        }
      }
      all = all == null ? below() : all;
      for (Path place : all) {
        if (holdsPhotos(place, dropped)) {
          return new Place(place, List.of(), dropped);
        }
      }
    }
    throw new DataException(
        "no photographs of "
            + Text.oneLine(file.toString())
            + " found: "
            + Text.quoted(names.get(0))
            + " is in no folder of "
            + Text.oneLine(root.toString())
            + "; put the photographs beside that file or in a folder "
            + Text.quoted(set())
            + " there");
  }

  /** The file's name without the kind of annotation: "val2017". */
  private String set() {
    return PhotoFiles.stem(file.getFileName().toString())
        .replaceFirst("^(instances|stuff|panoptic|person_keypoints|lvis_v\\d[^_]*)_", "");
  }

  /** Where COCO and most tools have them. */
  private List<Path> customary() {
    Path at = Objects.requireNonNull(file.toAbsolutePath().normalize().getParent());
    Path above = at.getParent() == null ? at : at.getParent();
    String set = set();
    Set<Path> places = new LinkedHashSet<>();
    for (Path base : List.of(at, above)) {
      places.add(base);
      places.add(base.resolve("images"));
      places.add(base.resolve(set));
      places.add(base.resolve("images").resolve(set));
    }
    places.add(root);
    places.add(root.resolve("images"));
    return new ArrayList<>(places);
  }

  /** Data sets of other makers have names of their own for the folder. */
  private List<Path> below() throws DataException {
    List<Path> all = new ArrayList<>();
    List<Path> level = List.of(root);
    for (int depth = 0; depth < DEEPEST; depth++) {
      List<Path> next = new ArrayList<>();
      for (Path holder : level) {
        for (String name : PhotoFiles.folders(holder)) {
          if (next.size() < MOST_FOLDERS) {
            next.add(holder.resolve(name));
          }
        }
      }
      all.addAll(next);
      level = next;
    }
    return all;
  }

  /** Whether one of the first few photographs is in the folder. */
  private boolean holdsPhotos(Path place, int dropped) {
    for (String name : names) {
      String tail = FileNames.tail(name, dropped);
      if (Files.isRegularFile(Folders.below(place, tail)) && !isOfOtherSplit(place, name, tail)) {
        return true;
      }
    }
    return false;
  }

  /** A photograph "train/1.jpg" is not that of "val/1.jpg". */
  private static boolean isOfOtherSplit(Path place, String name, String tail) {
    String said = split(name.substring(0, name.length() - tail.length()));
    String there = place.getFileName() == null ? null : split(place.getFileName().toString());
    return said != null && there != null && !said.equals(there);
  }

  private static @Nullable String split(String path) {
    String split = null;
    for (String part : path.split("/", -1)) {
      String of = Splits.ofFolder(part);
      split = of != null ? of : split;
    }
    return split;
  }
}
