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

  private AdeFiles() {}

  static Path beside(Path photograph, String ending) {
    return photograph.resolveSibling(
        PhotoFiles.stem(String.valueOf(photograph.getFileName())) + ending);
  }

  static Path segmentation(Path photograph) {
    return beside(photograph, "_seg.png");
  }

  /**
   * The labels: objects as one map, parts as layers.
   *
   * @param last the largest code that has a name
   */
  static List<KindLabels> labels(Path photograph, int last, String table)
      throws UnreadableImageException {
    CodeMap objects = map(segmentation(photograph), last, table);
    List<CodeMap> parts = new ArrayList<>();
    for (int level = 1; level <= MOST_LEVELS; level++) {
      Path file = beside(photograph, "_parts_" + level + ".png");
      if (!Files.isRegularFile(file)) {
        break;
      }
      CodeMap part = map(file, last, table);
      if (level > 1
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
