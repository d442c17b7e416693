package org.netdissect.datasets.coco;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.netdissect.datasets.reading.JsonHead;
import org.netdissect.datasets.reading.Listing;

/** Finds the json files of COCO in folders. */
final class CocoFiles {
  /** Levels that are searched: 1 is the folder alone. */
  static final int DEEPEST = 3;

  private CocoFiles() {}

  /** COCO's json files in a folder and those below it, captions left out, sorted. */
  static List<Path> below(Listing at, int levels) {
    List<Path> found = new ArrayList<>();
    for (String name : at.filesEnding(".json")) {
      Path file = at.folder().resolve(name);
      if (!name.toLowerCase(Locale.ROOT).startsWith("captions") && isCoco(file)) {
        found.add(file);
      }
    }
    if (levels > 1) {
      at.folders().forEach(folder -> found.addAll(below(at.in(folder), levels - 1)));
    }
    found.sort(null);
    return found;
  }

  /**
   * The files among these that are read: those of instances and of stuff where there are any, since
   * others (keypoints, panoptic) tell of the same things again; otherwise all.
   */
  static List<Path> chosen(List<Path> files) {
    List<Path> shapes =
        files.stream()
            .filter(
                file -> {
                  String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
                  return name.startsWith("instances") || name.startsWith("stuff");
                })
            .toList();
    return shapes.isEmpty() ? files : shapes;
  }

  /** Whether one of the lists of a COCO file stands early in the file. */
  static boolean isCoco(Path file) {
    Set<String> names = JsonHead.names(file);
    return names.contains("annotations")
        || names.contains("categories")
        || (names.contains("images") && !names.contains("shapes"))
        || names.contains("licenses");
  }
}
