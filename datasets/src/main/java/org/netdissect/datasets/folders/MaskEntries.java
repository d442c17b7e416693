package org.netdissect.datasets.folders;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.VocabularyBuilder;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.LabelTable;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.Splits;

/** What a format of masks has found in a folder: photographs, their masks, their tables. */
final class MaskEntries {
  final VocabularyBuilder vocabulary = new VocabularyBuilder();
  final List<Entry> entries = new ArrayList<>();

  /** Files that tell what masks mean. */
  final List<Path> tables = new ArrayList<>();

  /** Photographs without a mask. */
  int unmasked;

  private final List<Path> orphans = new ArrayList<>();

  /** A mask file and what its values mean. */
  record Mask(Path file, LabelTable table) {}

  /** A photograph, its masks and its whole-image labels. */
  static final class Entry {
    final String name;
    final Path photo;
    @Nullable String split;
    final List<Mask> masks = new ArrayList<>();
    final List<AnnotatedImage.WholeLabel> whole = new ArrayList<>();

    /** An image named by its path below the photographs; its split is that of its folder. */
    Entry(Path images, String prefix, Path photo) {
      this.name = prefix + images.relativize(photo).toString().replace('\\', '/');
      this.photo = photo;
      int slash = name.indexOf('/');
      this.split = slash < 0 ? null : Splits.ofFolder(name.substring(0, slash));
    }
  }

  void addOrphan(Path mask) {
    orphans.add(mask);
  }

  /** A line for each mask without a photograph. */
  List<String> orphans() {
    return orphans.stream()
        .map(mask -> "no photograph for the mask " + Text.oneLine(mask.toString()))
        .toList();
  }

  /** The category of labels whose format knows none. */
  static String category(DatasetOptions options) {
    return options.category() != null ? options.category() : "object";
  }

  /** A folder of that name that must be there, whatever its case. */
  static Path require(Listing at, String name) throws DataException {
    Path found = at.subfolder(name);
    return require(found == null ? at.folder().resolve(name) : found);
  }

  /** A folder that must be there. */
  static Path require(Path part) throws DataException {
    if (!Files.isDirectory(part)) {
      throw new DataException(
          Text.oneLine(part.toString())
              + (Files.exists(part) ? " is no folder" : " is missing: a folder is expected there"));
    }
    return part;
  }

  /** The files below a folder by their paths without ending. */
  static Map<String, Path> byStem(Path folder, Problems problems) throws DataException {
    return byStem(folder, PhotoFiles.below(folder), problems);
  }

  static Map<String, Path> byStem(Path folder, List<String> names, Problems problems)
      throws DataException {
    Map<String, Path> files = new LinkedHashMap<>();
    for (String name : names) {
      Path earlier = files.putIfAbsent(PhotoFiles.stem(name), folder.resolve(name));
      if (earlier != null) {
        problems.add(
            new DataException(
                Text.oneLine(earlier.toString())
                    + " and "
                    + Text.oneLine(name)
                    + " differ only in their endings, so a mask cannot tell which it belongs to"));
      }
    }
    return files;
  }
}
