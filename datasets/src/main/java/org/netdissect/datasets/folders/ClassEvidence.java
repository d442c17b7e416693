package org.netdissect.datasets.folders;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.datasets.reading.PhotoFiles;

/**
 * What speaks against taking folders of pictures for classes: masks among them, pairs of pictures,
 * or annotations beside them. Those are data sets of another kind, whose labels would be lost and
 * whose masks would be dissected as photographs.
 */
final class ClassEvidence {
  private static final List<String> ANNOTATIONS = List.of(".xml", ".json", ".txt", ".npy", ".mat");

  /** Names of mask files that are looked for among the photographs. */
  private static final int MOST_COMPARED = 50;

  private static final String AS_MASKS =
      "name the two folders images and masks and put labels.csv (value,name,category) beside them,"
          + " or say --format folders if each folder is a class after all";

  private final Path folder;
  private final Map<String, List<String>> classes;

  /** Names of all pictures below the folder. */
  private final List<String> pictures = new ArrayList<>();

  /**
   * Evidence on a folder of folders.
   *
   * @param classes the names of the pictures of each class, below its folder
   */
  ClassEvidence(Path folder, Map<String, List<String>> classes) {
    this.folder = folder;
    this.classes = classes;
    classes.forEach((path, names) -> names.forEach(name -> pictures.add(path + "/" + name)));
  }

  /**
   * Names tell masks beyond doubt, so this is checked even where a person says that the folders are
   * classes.
   *
   * @throws DataException when some pictures are masks by their names
   */
  void checkNames() throws DataException {
    for (Map.Entry<String, List<String>> one : classes.entrySet()) {
      String mask = MaskNames.maskAmong(one.getValue());
      if (mask == null) {
        mask = one.getValue().stream().filter(ClassEvidence::isBelowMasks).findFirst().orElse(null);
      }
      if (mask == null) {
        continue;
      }
      if (Ade20kFormat.isOfFull(mask.substring(mask.lastIndexOf('/') + 1))) {
        throw new DataException(Ade20kFormat.full(folder));
      }
      throw refused(
          " is no folder of classes: "
              + Text.quoted(one.getKey() + "/" + mask)
              + " is a mask by its name. Name the folder where the data set begins; masks are read"
              + " with labels.csv beside them");
    }
  }

  private static boolean isBelowMasks(String name) {
    String[] parts = name.split("/", -1);
    for (int i = 0; i + 1 < parts.length; i++) {
      if (ImageFolderDataset.isOfMasks(parts[i])) {
        return true;
      }
    }
    return false;
  }

  /**
   * Looks for all else that makes it doubtful that the folders are classes.
   *
   * @throws DataException that says what it looks like
   */
  void checkContents() throws DataException {
    checkNoAnnotations();
    checkNoMasks();
    checkNoPairs();
  }

  /**
   * One folder alone tells nothing apart: photographs lie in a folder for many reasons.
   *
   * @throws DataException that names it and the formats to choose from
   */
  void checkSeveral() throws DataException {
    if (classes.size() == 1 && !pictures.isEmpty()) {
      throw refused(
          " is no folder of classes, it seems: all photographs are in one folder, "
              + Text.quoted(classes.keySet().iterator().next())
              + "; say --format folders if that is their class, or --format photos if they have no"
              + " labels");
    }
  }

  private DataException refused(String why) {
    return new DataException(Text.oneLine(folder.toString()) + why);
  }

  /** Masks by their looks, beside photographs. */
  private void checkNoMasks() throws DataException {
    List<String> photographs = new ArrayList<>();
    List<PictureGroup> masks = new ArrayList<>();
    for (PictureGroup group : PictureGroup.of(folder, pictures)) {
      if (group.isOfMasks()) {
        masks.add(group);
      } else {
        photographs.addAll(group.names());
      }
    }
    if (masks.isEmpty() || photographs.isEmpty()) {
      return; // Drawings alone, such as letters, are classes.
    }
    int count = masks.stream().mapToInt(group -> group.names().size()).sum();
    if (10L * count >= pictures.size() || areNamedAfter(photographs, masks)) {
      throw looksLikeMask(masks.get(0));
    }
  }

  private DataException looksLikeMask(PictureGroup masks) {
    return refused(
        " is no folder of classes, it seems: "
            + Text.quoted(masks.example())
            + " looks like a mask ("
            + masks.look()
            + "); "
            + AS_MASKS);
  }

  private static boolean areNamedAfter(List<String> photographs, List<PictureGroup> masks) {
    Set<String> stems = new HashSet<>();
    for (String photo : photographs) {
      stems.add(Twins.plain(lastPart(photo)));
    }
    List<String> names = new ArrayList<>();
    masks.forEach(group -> group.names().stream().limit(MOST_COMPARED).forEach(names::add));
    long found =
        names.stream().filter(name -> Twins.isNamedAfterOne(stems, lastPart(name))).count();
    return 2 * found >= names.size();
  }

  private static String lastPart(String name) {
    return PhotoFiles.stem(name.substring(name.lastIndexOf('/') + 1));
  }

  /** Folders that hold the same pictures in two forms: photographs and masks, input and target. */
  private void checkNoPairs() throws DataException {
    Map<String, @Nullable PictureGroup> masks = new HashMap<>();
    List<Twins> pairs = Twins.among(classes);
    for (Twins pair : pairs) {
      for (String path : List.of(pair.first(), pair.second())) {
        if (!masks.containsKey(path)) {
          masks.put(path, masksIn(path));
        }
      }
      PictureGroup first = masks.get(pair.first());
      PictureGroup second = masks.get(pair.second());
      if (first == null && second != null) {
        throw looksLikeMask(second);
      } else if (second == null && first != null) {
        throw looksLikeMask(first);
      }
    }
    // Of many folders, names are the same for many reasons.
    if (pairs.size() == 1
        && classes.values().stream().filter(names -> !names.isEmpty()).count() == 2
        && pairs.get(0).areTold()) {
      throw refused(
          " is no folder of classes, it seems: "
              + Text.quoted(pairs.get(0).first())
              + " and "
              + Text.quoted(pairs.get(0).second())
              + " hold pictures of the same names, such as "
              + Text.quoted(pairs.get(0).example())
              + ", as photographs and what belongs to them do; name the folder of the photographs"
              + " alone, or say --format folders if each folder is a class after all");
    }
  }

  /** Pictures of a class that look like masks, JPEGs included; or null. */
  private @Nullable PictureGroup masksIn(String path) throws DataException {
    List<String> names =
        Objects.requireNonNull(classes.get(path)).stream().map(name -> path + "/" + name).toList();
    for (PictureGroup group : PictureGroup.of(folder, names)) {
      group.lookAt(folder);
      if (group.isOfMasks()) {
        return group;
      }
    }
    return null;
  }

  /** Files of annotations beside photographs of their names, or in a folder of their own. */
  private void checkNoAnnotations() throws DataException {
    Set<String> stems = null; // of all photographs
    for (Map.Entry<String, List<String>> one : classes.entrySet()) {
      Set<String> folders = new TreeSet<>();
      for (String name : one.getValue()) {
        folders.add(name.substring(0, name.lastIndexOf('/') + 1));
      }
      if (folders.isEmpty()) {
        folders.add("");
      }
      for (String below : folders) {
        Path of = folder.resolve(one.getKey()).resolve(below);
        List<String> annotations = annotations(of);
        if (!annotations.isEmpty() && stems == null) {
          stems = new HashSet<>();
          for (String picture : pictures) {
            stems.add(PhotoFiles.stem(picture));
            stems.add(lastPart(picture));
          }
        }
        String where = one.getValue().isEmpty() ? "" : one.getKey() + "/" + below;
        for (String name : annotations) {
          String stem = where + PhotoFiles.stem(name);
          if (Objects.requireNonNull(stems).contains(stem)
              || stems.contains(stem.replaceFirst("_atr$", ""))) {
            throw new DataException(
                Text.oneLine(of.resolve(name).toString())
                    + " holds labels of the photograph "
                    + (where.isEmpty() ? "of its name" : "beside it")
                    + ", in no format that is read; convert them to COCO, or say --format folders"
                    + " to take the folders for classes");
          }
        }
      }
    }
  }

  /** Names of files directly in a folder that end as annotations do; nothing else is asked. */
  private static List<String> annotations(Path of) throws DataException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(of)) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        String lower = name.toLowerCase(Locale.ROOT);
        if (!name.startsWith(".") && ANNOTATIONS.stream().anyMatch(lower::endsWith)) {
          names.add(name);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      throw new DataException("cannot list " + Text.oneLine(of + ": " + e.getMessage()), e);
    }
    names.sort(null);
    return names;
  }
}
