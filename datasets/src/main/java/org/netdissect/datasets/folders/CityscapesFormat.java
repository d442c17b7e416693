package org.netdissect.datasets.folders;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.LabelTable;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Recognition;
import org.netdissect.datasets.reading.Splits;

/**
 * Cityscapes (Cordts et al., CVPR 2016): leftImg8bit, and gtFine or gtCoarse with the labelIds
 * masks, or the labelTrainIds ones where a photograph has no other. Photographs and masks may lie
 * together, too, in folders of splits and cities or not.
 */
public final class CityscapesFormat implements DatasetFormat {
  /** Labels from number 7; those below have no meaning of their own. */
  private static final List<String> LABELS =
      List.of(
          "road",
          "sidewalk",
          "parking",
          "rail track",
          "building",
          "wall",
          "fence",
          "guard rail",
          "bridge",
          "tunnel",
          "pole",
          "polegroup",
          "traffic light",
          "traffic sign",
          "vegetation",
          "terrain",
          "sky",
          "person",
          "rider",
          "car",
          "truck",
          "bus",
          "caravan",
          "trailer",
          "train",
          "motorcycle",
          "bicycle");

  /** The labels that are trained with, from number 0. */
  private static final List<String> TRAINED =
      List.of(
          "road",
          "sidewalk",
          "building",
          "wall",
          "fence",
          "pole",
          "traffic light",
          "traffic sign",
          "vegetation",
          "terrain",
          "sky",
          "person",
          "rider",
          "car",
          "truck",
          "bus",
          "train",
          "motorcycle",
          "bicycle");

  private static final List<String> KINDS = List.of("gtFine", "gtCoarse");

  private static final String PHOTO = "_leftImg8bit";

  /** Levels of folders of splits and cities. */
  private static final int DEEPEST = 2;

  @Override
  public String name() {
    return "cityscapes";
  }

  @Override
  public Recognition recognise(Listing at) {
    if (kindTogether(at, 0) != null) {
      return Recognition.CLAIMED;
    }
    boolean photos = part(at, "leftImg8bit") != null;
    boolean masks = kind(at) != null;
    return photos != masks && holdsNothingElse(at)
        ? Recognition.refused(
            Text.oneLine(at.folder().toString())
                + " is half of Cityscapes: "
                + (photos ? "gtFine, the masks, is" : "leftImg8bit, the photographs, is")
                + " missing; put it beside what is there")
        : Recognition.claimedIf(photos && masks);
  }

  /** Whether it is no data set of another format in the same folders. */
  private static boolean holdsNothingElse(Listing at) {
    return at.folders().stream().allMatch(name -> name.matches("(leftImg8bit|gt(Fine|Coarse)).*"))
        && at.files().stream().allMatch(name -> name.matches("(?i)(readme|license).*"));
  }

  private static @Nullable String kind(Listing at) {
    return KINDS.stream().filter(kind -> part(at, kind) != null).findFirst().orElse(null);
  }

  /** The kind of masks that lie beside their photographs, by names of files; or null. */
  private static @Nullable String kindTogether(Listing at, int depth) {
    if (at.files().stream().anyMatch(name -> PhotoFiles.stem(name).endsWith(PHOTO))) {
      for (String kind : KINDS) {
        if (at.files().stream().anyMatch(name -> name.contains("_" + kind + "_label"))) {
          return kind;
        }
      }
    }
    for (String name : at.folders()) {
      // A folder of splits holds nothing else, a folder of a split may hold a folder a city.
      if (depth > 0 ? depth < DEEPEST : Splits.ofFolder(name) != null) {
        String kind = kindTogether(at.in(name), depth + 1);
        if (kind != null) {
          return kind;
        }
      }
    }
    return null;
  }

  /** A part of Cityscapes, which may lie in a folder named like the archive it came in; or null. */
  private static @Nullable Path part(Listing at, String part) {
    for (String name : at.folders()) {
      Path inside = at.folder().resolve(name).resolve(part);
      if (name.startsWith(part + "_") && Files.isDirectory(inside)) {
        return inside;
      }
    }
    return at.subfolder(part);
  }

  @Override
  public ReadDataset open(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    Listing at = Listing.of(folder);
    String together = kindTogether(at, 0);
    String kind = together != null ? together : kind(at);
    Path images = together != null ? folder : part(at, "leftImg8bit");
    Path labelled = together != null ? folder : kind == null ? null : part(at, kind);
    if (images == null || labelled == null) {
      throw new DataException(
          Text.oneLine(folder.toString())
              + " is missing a folder: Cityscapes has leftImg8bit and gtFine");
    }
    MaskEntries found = new MaskEntries();
    String category = MaskEntries.category(options);
    LabelTable ids = LabelTable.numbered(LABELS, 7, category, found.vocabulary);
    for (int i = 0; i < 7; i++) {
      ids.ignore(i);
    }
    ids.refuse(
        255,
        "labelIds never do, but train ids; give such masks the names *_labelTrainIds.png, and take"
            + " away those of the other name");
    LabelTable trainIds = LabelTable.numbered(TRAINED, 0, category, found.vocabulary);
    Map<String, Path> masks = MaskEntries.byStem(labelled, problems);
    Map<String, Path> photos = MaskEntries.byStem(images, problems);
    if (together != null) {
      photos.keySet().removeIf(stem -> !stem.endsWith(PHOTO));
    }
    for (Map.Entry<String, Path> photo : photos.entrySet()) {
      String base = photo.getKey().replaceFirst(PHOTO + "$", "") + "_" + kind;
      Path mask = masks.get(base + "_labelIds");
      Path trained = masks.get(base + "_labelTrainIds");
      Path file = mask != null ? mask : trained;
      if (file != null) {
        MaskEntries.Entry entry = new MaskEntries.Entry(images, "", photo.getValue());
        entry.masks.add(new MaskEntries.Mask(file, mask != null ? ids : trainIds));
        found.entries.add(entry);
      }
    }
    found.unmasked = photos.size() - found.entries.size();
    if (found.entries.isEmpty()) {
      throw new DataException(
          "no photograph with a mask in "
              + Text.oneLine(folder.toString())
              + ": expected masks named *_"
              + kind
              + "_labelIds.png or *_"
              + kind
              + "_labelTrainIds.png, "
              + (masks.isEmpty()
                  ? "and there is none at all"
                  : "and there are others, such as "
                      + Text.quoted(PhotoFiles.stem(masks.keySet().iterator().next()))));
    }
    return new MaskFolderDataset(folder, name(), found, options);
  }
}
