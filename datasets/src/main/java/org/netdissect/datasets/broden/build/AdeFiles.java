package org.netdissect.datasets.broden.build;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.Text;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.pictures.UnreadableImageException;

/** The files beside a photograph of ADE20K, the same in both of its releases. */
final class AdeFiles {
  private static final int MOST_LEVELS = 100;

  /** So many levels that are missing in a row end them. */
  private static final int LONGEST_GAP = 8;

  private AdeFiles() {}

  static Path beside(Path photograph, String ending) {
    return photograph.resolveSibling(
        PhotoFiles.stem(String.valueOf(photograph.getFileName())) + ending);
  }

  private static Path segmentation(Path photograph) {
    return beside(photograph, "_seg.png");
  }

  /** All maps: of objects, then of each level of parts up to the last that is there. */
  static List<Path> maps(Path photograph) {
    List<Path> maps = new ArrayList<>(List.of(segmentation(photograph)));
    int last = 0;
    for (int level = 1; level <= Math.min(last + LONGEST_GAP, MOST_LEVELS); level++) {
      if (Files.isRegularFile(level(photograph, level))) {
        last = level;
      }
    }
    for (int level = 1; level <= last; level++) {
      maps.add(level(photograph, level));
    }
    return maps;
  }

  private static Path level(Path photograph, int level) {
    return beside(photograph, "_parts_" + level + ".png");
  }

  /**
   * The labels: objects as one map, parts as layers.
   *
   * @param last the largest code that has a name
   */
  static List<KindLabels> labels(Path photograph, int last, String table)
      throws UnreadableImageException {
    List<Path> files = maps(photograph);
    CodeMap objects = map(files.get(0), last, table);
    List<CodeMap> parts = new ArrayList<>();
    for (Path file : files.subList(1, files.size())) {
      CodeMap part = map(file, last, table);
      if (!parts.isEmpty()
          && (part.height() != parts.get(0).height() || part.width() != parts.get(0).width())) {
        throw new UnreadableImageException(
            Text.oneLine(file.toString()) + " has another size than the levels before it");
      }
      parts.add(part);
    }
    return List.of(KindLabels.map(Kind.OBJECT, objects), KindLabels.layers(Kind.PART, parts));
  }

  private static CodeMap map(Path file, int last, String table) throws UnreadableImageException {
    return CodedPng.check(
        CodedPng.read(file, (red, green) -> red / 10 * 256 + green), last, file, table);
  }

  /** The names in a text with commas between. */
  static List<String> names(String text) {
    return List.of(text.split(",\\s*", -1));
  }
}
