package org.netdissect.datasets.folders;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.VocabularyBuilder;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Folders;
import org.netdissect.datasets.reading.LabelTable;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Recognition;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.datasets.reading.TextLines;

/**
 * The folder of a year of PASCAL VOC (Everingham et al., IJCV 2010), VOC2012 for instance:
 * JPEGImages, SegmentationClass, ImageSets/Segmentation. Other tools write their own labels in the
 * same shape and say what they mean in class_names.txt (labelme) or labelmap.txt (CVAT, Datumaro).
 * Without either, the twenty labels of VOC are taken only where the files have the names of VOC's.
 */
public final class VocFormat implements DatasetFormat {
  private static final List<String> VOC =
      List.of(
          "aeroplane",
          "bicycle",
          "bird",
          "boat",
          "bottle",
          "bus",
          "car",
          "cat",
          "chair",
          "cow",
          "diningtable",
          "dog",
          "horse",
          "motorbike",
          "person",
          "pottedplant",
          "sheep",
          "sofa",
          "train",
          "tvmonitor");

  /** Of 2007 "000032", of later years "2008_000032". */
  private static final String NAME_IN_VOC = "(19|20)\\d\\d_\\d{6}";

  private static final String NAME_IN_2007 = "\\d{6}";

  private static final String[] TABLES_OF_OTHERS = {
    "labels.txt",
    "class_names.csv",
    "label_map.pbtxt",
    "label.txt",
    "classes.txt",
    "label_names.txt",
    "names.txt",
    "label_map.txt",
    "labelmap.json",
    "labels.json",
    "classes.json",
    "classes.csv",
    "labels.yaml",
    "classes.yaml"
  };

  @Override
  public String name() {
    return "voc";
  }

  @Override
  public Recognition recognise(Listing at) throws DataException {
    if (!at.hasFolder("JPEGImages")) {
      return Recognition.NONE;
    }
    Path masks = masks(at);
    if (masks == null) {
      Path boxes = at.subfolder("Annotations");
      return boxes != null && !Listing.of(boxes).filesEnding(".xml").isEmpty()
          ? Recognition.refused(
              Text.oneLine(at.folder().toString())
                  + " holds PASCAL VOC's boxes (Annotations/*.xml) but no masks: SegmentationClass"
                  + " is missing; fetch the segmentations, or convert the boxes to COCO and read"
                  + " them with --boxes")
          : Recognition.NONE;
    }
    if (MasksFormat.tableIn(at) != null) {
      return Recognition.NONE; // the simple format, in other words
    }
    String broken = brokenTable(at);
    if (broken != null) {
      return Recognition.refused(broken);
    }
    if (at.firstFile("labelmap.txt") != null && at.firstFile("class_names.txt") != null) {
      return Recognition.refused(
          Text.oneLine(at.folder().toString())
              + " holds both labelmap.txt and class_names.txt; take away the one that is not meant");
    }
    if (ownTable(at) != null) {
      return Recognition.CLAIMED;
    }
    Path other = otherTable(at);
    if (other != null) {
      return Recognition.refused(
          Text.oneLine(other.toString())
              + " may say what the masks of "
              + Text.oneLine(at.folder().toString())
              + " mean, but is not read; put class_names.txt (a name a line, from value 0),"
              + " labelmap.txt (CVAT's) or labels.csv beside JPEGImages, or say --format voc if the"
              + " labels are the 20 of VOC");
    }
    if (namedAsInVoc(at, masks)) {
      return Recognition.CLAIMED;
    }
    return Recognition.refused(
        Text.oneLine(at.folder().toString())
            + " has the shape of PASCAL VOC but not its files, and nothing says what its masks"
            + " mean; put class_names.txt (a name a line, from value 0), labelmap.txt (CVAT's) or"
            + " labels.csv there, or say --format voc if the labels are the 20 of VOC");
  }

  /** Frames of a video have six digits too: alone they tell only in the folder of 2007. */
  private static boolean namedAsInVoc(Listing at, Path masks) throws DataException {
    boolean of2007 =
        Folders.nameOf(at.folder()).equalsIgnoreCase("VOC2007")
            && at.hasFolder("ImageSets")
            && at.hasFolder("Annotations");
    String pattern = of2007 ? NAME_IN_VOC + "|" + NAME_IN_2007 : NAME_IN_VOC;
    List<String> files = Listing.of(masks).files();
    return !files.isEmpty()
        && files.stream().allMatch(name -> PhotoFiles.stem(name).matches(pattern));
  }

  /**
   * What is said where a table's name is that of a folder, a pipe or a link to nothing; or null.
   */
  private static @Nullable String brokenTable(Listing at) {
    for (String name : List.of("labelmap.txt", "class_names.txt")) {
      Path file = at.folder().resolve(name);
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file)) {
        return Text.oneLine(file.toString())
            + " is no file that can be read, but should say what the masks mean; put the file there"
            + " or take it away";
      }
    }
    return null;
  }

  /** What looks like a table of labels of somebody's own, here or where exports put it. */
  private static @Nullable Path otherTable(Listing at) throws DataException {
    Path here = at.firstFile(TABLES_OF_OTHERS);
    Path above = at.folder().toAbsolutePath().getParent();
    return here != null || above == null
        ? here
        : Listing.of(above).firstFile("labelmap.txt", "class_names.txt");
  }

  private static @Nullable Path ownTable(Listing at) {
    return at.firstFile("labelmap.txt", "class_names.txt");
  }

  /** Older versions of labelme have numbers in SegmentationClass and the pictures beside it. */
  private static @Nullable Path masks(Listing at) throws DataException {
    Path plain = at.subfolder("SegmentationClass");
    Path png = at.subfolder("SegmentationClassPNG");
    return png != null && (plain == null || PhotoFiles.below(plain).isEmpty()) ? png : plain;
  }

  @Override
  public ReadDataset open(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    MaskEntries found = new MaskEntries();
    Listing at = Listing.of(folder);
    String broken = brokenTable(at);
    if (broken != null) {
      throw new DataException(broken);
    }
    Path own = ownTable(at);
    String category = MaskEntries.category(options);
    LabelTable table;
    if (own == null) {
      table = LabelTable.numbered(VOC, 1, category, found.vocabulary);
      table.ignore(0);
      table.ignore(255);
    } else {
      found.tables.add(own);
      table =
          own.getFileName().toString().equalsIgnoreCase("labelmap.txt")
              ? ColourTables.labelmap(own, category, found.vocabulary)
              : classNames(own, category, found.vocabulary);
    }
    Path masks = masks(at);
    Path images = MaskEntries.require(at, "JPEGImages");
    Map<String, Path> photos = MaskEntries.byStem(images, problems);
    Map<String, String> splits = splits(folder);
    for (Map.Entry<String, Path> mask :
        MaskEntries.byStem(
                masks == null ? MaskEntries.require(at, "SegmentationClass") : masks, problems)
            .entrySet()) {
      Path photo = photos.get(mask.getKey());
      if (photo == null) {
        found.addOrphan(mask.getValue());
        continue;
      }
      MaskEntries.Entry entry = new MaskEntries.Entry(images, "", photo);
      entry.split = splits.get(mask.getKey());
      entry.masks.add(new MaskEntries.Mask(mask.getValue(), table));
      found.entries.add(entry);
    }
    if (own != null) {
      found.unmasked = photos.size() - found.entries.size(); // VOC itself has thousands
    }
    return new MaskFolderDataset(folder, name(), found, options);
  }

  /** Labelme's list of names: the first is value 0; "__ignore__" before it is no value. */
  private static LabelTable classNames(Path file, String category, VocabularyBuilder vocabulary)
      throws DataException {
    List<String> names = new ArrayList<>();
    for (String name : TextLines.numbered(file)) {
      if (!(names.isEmpty() && name.equals("__ignore__"))) {
        names.add(name);
      }
    }
    LabelTable table = LabelTable.numbered(names, 0, category, vocabulary);
    if (table.categories() == 0) {
      throw new DataException(Text.oneLine(file.toString()) + " names no label");
    }
    return table;
  }

  /** The folder of that name, whatever its case, even where there is none. */
  private static Path subfolder(Listing at, String name) {
    Path found = at.subfolder(name);
    return found == null ? at.folder().resolve(name) : found;
  }

  private static Map<String, String> splits(Path folder) throws DataException {
    Map<String, String> splits = new HashMap<>();
    Listing sets = Listing.of(subfolder(Listing.of(folder), "ImageSets"));
    Listing lists = Listing.of(subfolder(sets, "Segmentation"));
    for (String name : lists.filesEnding(".txt")) {
      String split = Splits.ofFolder(PhotoFiles.stem(name));
      if (split != null) {
        for (String line : TextLines.of(lists.folder().resolve(name))) {
          splits.put(line.strip(), split);
        }
      }
    }
    return splits;
  }
}
