package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.PhotoFiles;

/**
 * Finds the sources where people have unpacked them: in the folder given, or in the folders that
 * their archives make in it.
 */
final class SourceFolders {
  static final String DTD_TABLE = "labels/labels_joint_anno.txt";
  static final String OPENSURFACES_TABLE = "photos.csv";

  /** How deep the folders of archives are nested in each other. */
  private static final int DEEPEST = 3;

  private static final int DEEPEST_JSON = 12;

  private SourceFolders() {}

  static boolean isAdeJson(String name) {
    return name.matches("(?i)ADE_.*\\.json");
  }

  private static boolean isAdeIndex(String name) {
    return name.startsWith("index") && name.endsWith(".mat");
  }

  /** ADE20K of either release. */
  static BrodenSource ade20k(Path folder, int workers, Progress progress, Problems problems)
      throws IOException {
    Path index = adeIndex(folder);
    boolean hasJson = hasAdeJson(folder);
    if (index != null && hasJson) {
      throw new DataException(
          Text.oneLine(folder.toString())
              + " holds both releases of ADE20K: "
              + Text.oneLine(folder.relativize(index).toString())
              + " of 2016, and ADE_*.json of 2021; give the folder of one of them");
    }
    if (index != null) {
      return new Ade2016(Objects.requireNonNull(index.getParent()), index, problems);
    }
    if (hasJson) {
      return new Ade2021(folder, workers, progress);
    }
    throw new DataException(
        Text.oneLine(folder.toString())
            + " is no full ADE20K: it holds neither index_ade20k.mat (the release of 2016) nor"
            + " ADE_*.json beside photographs (2021); give the folder that the archive made");
  }

  private static @Nullable Path adeIndex(Path folder) throws IOException {
    for (List<Path> level : around(List.of(folder))) {
      List<Path> found = new ArrayList<>();
      for (Path at : level) {
        try (Stream<Path> files = Files.list(at)) {
          files.filter(file -> isAdeIndex(String.valueOf(file.getFileName()))).forEach(found::add);
        }
      }
      if (!found.isEmpty()) {
        return only(found, "ADE20K", "an index");
      }
    }
    return null;
  }

  private static boolean hasAdeJson(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder, DEEPEST_JSON)) {
      return files.anyMatch(file -> isAdeJson(String.valueOf(file.getFileName())));
    } catch (UncheckedIOException e) {
      throw new DataException("cannot list " + folder + ": " + e.getMessage(), e);
    }
  }

  static BrodenSource dtd(Path folder, Problems problems) throws IOException {
    return new Dtd(
        with(List.of(folder), DTD_TABLE, "DTD", "the folder with images and labels in it"),
        problems);
  }

  static BrodenSource openSurfaces(Path folder, Problems problems) throws IOException {
    return new OpenSurfaces(
        with(
            List.of(folder),
            OPENSURFACES_TABLE,
            "OpenSurfaces",
            "the folder in which process_opensurfaces_release_0.py has made photos-labels"),
        problems);
  }

  /**
   * VOC 2010, PASCAL-Context and PASCAL-Part.
   *
   * @param folders that hold them, together or each its own
   */
  static BrodenSource pascal(List<Path> folders) throws IOException {
    String title = "PASCAL";
    Path objects =
        with(folders, "labels.txt", title, "the folder that holds PASCAL-Context's labels.txt");
    Path partFunction =
        with(folders, "part2ind.m", title, "the folder that holds PASCAL-Part's part2ind.m");
    Path partMaps =
        with(folders, "Annotations_Part", title, "the folder that holds PASCAL-Part's maps");
    Path photographs = with(folders, "JPEGImages", title, "the folder that holds VOC2010");
    return new Pascal(
        new Pascal.Places(
            photographs.resolve("JPEGImages"),
            partFunction.resolve("part2ind.m"),
            partMaps.resolve("Annotations_Part"),
            objects.resolve("labels.txt"),
            objectMaps(folders, objects)));
  }

  /** Beside the table, where the archives are unpacked in one folder, or in one of their own. */
  private static Path objectMaps(List<Path> folders, Path table) throws IOException {
    Path beside = table.resolve("trainval");
    return Files.isDirectory(beside)
        ? beside
        : with(folders, "trainval", "PASCAL", "the folder that holds PASCAL-Context's trainval")
            .resolve("trainval");
  }

  /** The nearest folder that holds something of that name; there must not be two as near. */
  private static Path with(List<Path> folders, String name, String title, String advice)
      throws IOException {
    for (List<Path> level : around(folders)) {
      List<Path> found = level.stream().filter(at -> Files.exists(at.resolve(name))).toList();
      if (!found.isEmpty()) {
        return only(found, title, name);
      }
    }
    throw new DataException(
        title
            + ": no "
            + name
            + " in "
            + Text.oneLine(String.join(" or ", folders.stream().map(Path::toString).toList()))
            + ", nor in the folders there; give "
            + advice);
  }

  /** The one that was found: which of two is meant cannot be known. */
  private static Path only(List<Path> found, String title, String what) throws IOException {
    for (Path other : found.subList(1, found.size())) {
      if (!Files.isSameFile(found.get(0), other)) {
        throw new DataException(
            title
                + ": there is "
                + what
                + " in "
                + Text.oneLine(found.get(0).toString())
                + " and in "
                + Text.oneLine(other.toString())
                + "; give the folder of the one that is meant");
      }
    }
    return found.get(0);
  }

  /** The folders, then those in them, and so on. */
  private static List<List<Path>> around(List<Path> folders) throws DataException {
    List<List<Path>> all = new ArrayList<>();
    List<Path> level = folders;
    for (Path folder : folders) {
      if (!Files.isDirectory(folder)) {
        throw new DataException(
            Text.oneLine(folder.toString())
                + (Files.exists(folder) ? " is no folder" : " does not exist"));
      }
    }
    for (int depth = 0; depth < DEEPEST; depth++) {
      all.add(level);
      List<Path> next = new ArrayList<>();
      for (Path folder : level) {
        for (String name : PhotoFiles.folders(folder)) {
          next.add(folder.resolve(name));
        }
      }
      level = next;
    }
    return all;
  }
}
