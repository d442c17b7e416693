package org.netdissect.datasets.folders;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.LabelTable;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Recognition;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.datasets.reading.TextLines;

/**
 * The simple format for one's own data:
 *
 * <pre>
 *   DIR/images/…        photographs, in folders or not
 *   DIR/masks/…         for each photograph a mask of the same path and name; all may have the
 *                       same ending more ("x_mask.png" for "x.jpg")
 *   DIR/labels.csv      value,name[,category[,synonyms]]
 *   DIR/masks_X/…       maybe further masks of the same photographs, which mean what
 *   DIR/labels_X.csv    says, or labels.csv where there is none
 * </pre>
 *
 * Photographs and masks may lie in one folder, too ({@link Together}), as DeepGlobe and Roboflow
 * have them.
 */
public final class MasksFormat implements DatasetFormat {
  /** CamVid's table. */
  private static final String LABEL_COLORS = "label_colors.txt";

  @Override
  public String name() {
    return "masks";
  }

  @Override
  public Recognition recognise(Listing at) throws DataException {
    Path table = tableIn(at);
    if (table != null) {
      return Recognition.claimedIf(
          !MaskLayout.of(at.folder()).isEmpty()
              || !Together.of(at).isEmpty()
              || !MaskLayout.byLooks(at.folder()).isEmpty());
    }
    Path own = at.folder().resolve("labels.csv");
    return Files.exists(own) && !MaskLayout.of(at.folder()).isEmpty()
        ? Recognition.refused(
            Text.oneLine(own.toString())
                + " is no file; a table value,name,category is expected there")
        : Recognition.NONE;
  }

  /**
   * The table of labels of a folder, or null; many data sets of masks in colours come with a
   * class_dict.csv, CamVid's have label_colors.txt, and Roboflow writes _classes.csv into each
   * split.
   */
  static @Nullable Path tableIn(Listing at) throws DataException {
    Path table = at.firstFile("labels.csv", "class_dict.csv", "_classes.csv", LABEL_COLORS);
    for (String split : at.folders()) {
      if (table == null && Splits.ofFolder(split) != null) {
        table = at.in(split).file("_classes.csv");
      }
    }
    return table;
  }

  /** The table of one kind of masks: "" or "_parts". */
  private static Path tableOf(Listing at, String which) throws DataException {
    Path own = which.isEmpty() ? null : at.file("labels" + which + ".csv");
    Path table = own != null ? own : tableIn(at);
    return table != null ? table : at.folder().resolve("labels.csv");
  }

  @Override
  public ReadDataset open(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    try {
      Listing at = Listing.of(folder);
      MaskEntries found = new MaskEntries();
      List<MaskLayout> layout = MaskLayout.of(folder);
      if (layout.isEmpty() && Together.of(at).isEmpty()) {
        layout = MaskLayout.byLooks(folder);
      }
      if (layout.isEmpty()) {
        openTogether(at, found, options, problems);
      } else {
        openApart(at, layout, found, options, problems);
      }
      return new MaskFolderDataset(folder, name(), found, options);
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot read " + folder + ": " + e.getMessage(), e);
    }
  }

  private static void openApart(
      Listing at,
      List<MaskLayout> layout,
      MaskEntries found,
      DatasetOptions options,
      Problems problems)
      throws IOException {
    Map<Path, LabelTable> tables = new LinkedHashMap<>();
    Map<String, MaskEntries.Entry> entries = new TreeMap<>();
    Map<Path, Map<String, Path>> photosOf = new LinkedHashMap<>();
    for (MaskLayout part : layout) {
      Path file = tableOf(at, part.which());
      LabelTable table = tables.get(file);
      if (table == null) {
        table = read(file, options, found, problems);
        tables.put(file, table);
      }
      Map<String, Path> photos = photosOf.get(part.photos());
      if (photos == null) {
        photos = MaskEntries.byStem(part.photos(), problems);
        photosOf.put(part.photos(), photos);
      }
      for (Map.Entry<String, Path> mask :
          withoutMark(MaskEntries.byStem(part.masks(), problems), photos).entrySet()) {
        Path photo = photos.get(mask.getKey());
        if (photo != null) {
          entries
              .computeIfAbsent(
                  part.prefix() + mask.getKey(),
                  s -> new MaskEntries.Entry(part.photos(), part.prefix(), photo))
              .masks
              .add(new MaskEntries.Mask(mask.getValue(), table));
        } else {
          found.addOrphan(mask.getValue());
        }
      }
    }
    found.entries.addAll(entries.values());
    found.tables.addAll(tables.keySet());
    found.unmasked = photosOf.values().stream().mapToInt(Map::size).sum() - entries.size();
  }

  private static LabelTable read(
      Path table, DatasetOptions options, MaskEntries found, Problems problems) throws IOException {
    String category = MaskEntries.category(options);
    return table.getFileName().toString().equalsIgnoreCase(LABEL_COLORS)
        ? ColourTables.labelColors(table, category, found.vocabulary)
        : LabelTable.read(table, category, found.vocabulary, problems);
  }

  private static void openTogether(
      Listing at, MaskEntries found, DatasetOptions options, Problems problems) throws IOException {
    Together pairs = Together.of(at);
    if (pairs.isEmpty()) {
      MaskEntries.require(at, "images");
      MaskEntries.require(at, "masks");
    }
    Path file = tableOf(at, "");
    checkSplitsAgree(at, file);
    LabelTable table = read(file, options, found, problems);
    found.tables.add(file);
    pairs
        .masks()
        .forEach(
            (photo, mask) -> {
              MaskEntries.Entry entry = new MaskEntries.Entry(at.folder(), "", photo);
              entry.masks.add(new MaskEntries.Mask(mask, table));
              found.entries.add(entry);
            });
    pairs.orphans().forEach(found::addOrphan);
    found.unmasked = pairs.unmasked();
  }

  /** Where each split has a table of its own, they must say the same. */
  private static void checkSplitsAgree(Listing at, Path table) throws DataException {
    for (String split : at.folders()) {
      Path other = at.in(split).file(table.getFileName().toString());
      if (other != null && !TextLines.of(other).equals(TextLines.of(table))) {
        throw new DataException(
            Text.oneLine(table.toString())
                + " and "
                + Text.oneLine(other.toString())
                + " say different things; name the folder of one split");
      }
    }
  }

  /**
   * Many data sets put the same ending on the name of every mask, or the same beginning
   * ("x_mask.png" or "mask_x.png" for "x.jpg"). Where no mask has a photograph's own name, that is
   * taken off.
   */
  private static Map<String, Path> withoutMark(Map<String, Path> masks, Map<String, Path> photos) {
    if (masks.isEmpty() || masks.keySet().stream().anyMatch(photos::containsKey)) {
      return masks;
    }
    String first = masks.keySet().iterator().next();
    for (int end = first.length() - 1; end > 0; end--) {
      if (photos.containsKey(first.substring(0, end))) {
        return without("", first.substring(end), masks);
      }
    }
    int folder = first.lastIndexOf('/') + 1;
    for (int start = folder + 1; start < first.length(); start++) {
      if (photos.containsKey(first.substring(0, folder) + first.substring(start))) {
        return without(first.substring(folder, start), "", masks);
      }
    }
    return masks;
  }

  /** The masks by their names without a beginning and an ending, where they have them. */
  private static Map<String, Path> without(String prefix, String suffix, Map<String, Path> masks) {
    Map<String, Path> plain = new LinkedHashMap<>();
    masks.forEach(
        (stem, mask) -> {
          int folder = stem.lastIndexOf('/') + 1;
          boolean marked = stem.startsWith(prefix, folder) && stem.endsWith(suffix);
          plain.put(
              marked
                  ? stem.substring(0, folder)
                      + stem.substring(folder + prefix.length(), stem.length() - suffix.length())
                  : stem,
              mask);
        });
    return plain;
  }
}
