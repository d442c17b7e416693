package org.netdissect.datasets.drawn;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Folders;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Recognition;

/**
 * Data for YOLO's segmentation: a text file a photograph, in a folder "labels" that is beside
 * "images" or next to the photograph, with a line an object: the number of its class, then the
 * corners of a polygon in shares of the width and height, or four numbers of a box. Names are in
 * data.yaml (Ultralytics, Roboflow), classes.txt (Label Studio) or obj.names (Darknet, CVAT).
 */
public final class YoloFormat implements DatasetFormat {
  /** Label files that are looked at to tell them from other texts. */
  private static final int LOOKED_AT = 5;

  private static final List<String> SMALL_FIRST = List.of("labels", "Labels", "LABELS");
  private static final List<String> LARGE_FIRST = List.of("Labels", "LABELS", "labels");

  @Override
  public String name() {
    return "yolo";
  }

  @Override
  public Recognition recognise(Listing at) throws DataException {
    if (!hasLabels(at)) {
      Path odd = YoloNames.table(at) == null ? null : textOfLabels(at);
      return odd == null
          ? Recognition.NONE
          : Recognition.refused(
              Text.oneLine(odd.toString())
                  + " and its neighbours hold no labels of YOLO's kind (the number of a class, then"
                  + " shares of width and height from 0 to 1), although "
                  + Text.quoted(Folders.nameOf(Objects.requireNonNull(YoloNames.table(at))))
                  + " names classes");
    }
    return YoloNames.table(at) != null
        ? Recognition.CLAIMED
        : Recognition.refused(
            Text.oneLine(at.folder().toString())
                + " holds YOLO labels (txt), but no data.yaml, classes.txt or obj.names that names"
                + " their classes; put one there (classes.txt: a name a line, from class 0)");
  }

  /** A text in a folder "labels"; null where there is none. */
  private static @Nullable Path textOfLabels(Listing at) throws DataException {
    for (String name : at.folders()) {
      Listing inside = at.in(name);
      Listing labels = isOfLabels(name) ? inside : inside.in("labels");
      List<Listing> all = new ArrayList<>(List.of(labels));
      labels.folders().forEach(split -> all.add(labels.in(split)));
      for (Listing one : all) {
        List<String> texts = one.filesEnding(".txt");
        if (!texts.isEmpty()) {
          return one.folder().resolve(texts.get(0));
        }
      }
    }
    return null;
  }

  /** Whether texts of YOLO's kind lie where they may: in folders "labels", or among photographs. */
  private static boolean hasLabels(Listing at) {
    for (String name : at.folders()) {
      Listing inside = at.in(name);
      if (isOfLabels(name)) {
        if (areLabels(inside)) {
          return true;
        }
        for (String split : inside.folders()) {
          if (areLabels(inside.in(split))) {
            return true;
          }
        }
      } else if (inside.hasFolder("labels") && areLabels(inside.in("labels"))) {
        return true;
      } else if (name.matches("obj_.*_data") && areLabels(inside)) {
        return true;
      }
    }
    return YoloNames.table(at) != null && areLabels(at);
  }

  private static boolean isOfLabels(String name) {
    return name.toLowerCase(Locale.ROOT).equals("labels");
  }

  private static boolean areLabels(Listing at) {
    int good = 0;
    int other = 0;
    for (String name : at.filesEnding(".txt")) {
      if (YoloNames.isTable(name)) {
        continue;
      }
      switch (YoloLabels.look(at.folder().resolve(name))) {
        case OTHER -> other++; // a note or two may lie among labels
        case LABELS -> good++;
        case EMPTY -> {} // a photograph without objects
      }
      if (good == LOOKED_AT || other == LOOKED_AT) {
        break;
      }
    }
    return good > other;
  }

  @Override
  public ReadDataset open(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    YoloNames names = YoloNames.read(folder);
    DrawnImages found = new DrawnImages();
    found.tables.add(names.file());
    found.labels = names.all();
    found.remarks.addAll(names.doubts());
    Set<Path> used = new HashSet<>();
    for (String photo : PhotoFiles.below(folder)) {
      Path labels = labelsOf(folder, photo);
      if (labels == null) {
        found.unlabelled++;
        continue;
      }
      used.add(labels);
      found.images.add(
          new DrawnImages.Image(
              photo,
              folder.resolve(photo),
              0,
              0,
              labels,
              row -> YoloLabels.read(labels, names, row.photoHeight(), row.photoWidth())));
    }
    addOrphans(used, found);
    List<YoloLabels.Count> counts =
        found.images.parallelStream().map(image -> YoloLabels.count(image.file(), names)).toList();
    for (YoloLabels.Count count : counts) {
      found.boxes += count.boxes();
      found.shapes += count.all();
    }
    return new DrawnDataset(folder, name(), found, options);
  }

  /** Texts of labels without a photograph; other texts there may be are no labels. */
  private static void addOrphans(Set<Path> used, DrawnImages found) throws DataException {
    Set<Path> folders = new TreeSet<>();
    used.forEach(labels -> folders.add(Objects.requireNonNull(labels.getParent())));
    for (Path at : folders) {
      for (String name : Listing.of(at).filesEnding(".txt")) {
        Path labels = at.resolve(name);
        if (!used.contains(labels)
            && !YoloNames.isTable(name)
            && YoloLabels.look(labels) == YoloLabels.Kind.LABELS) {
          found.orphans.add("no photograph for the labels " + Text.oneLine(labels.toString()));
        }
      }
    }
  }

  /** The text of a photograph: "images" in its path is "labels" there; or it lies beside it. */
  private static @Nullable Path labelsOf(Path folder, String photo) {
    String stem = PhotoFiles.stem(photo);
    String[] parts = stem.split("/", -1);
    for (int i = parts.length - 2; i >= 0; i--) {
      if (parts[i].equalsIgnoreCase("images")) {
        boolean small = parts[i].equals("images");
        for (String labels : small ? SMALL_FIRST : LARGE_FIRST) {
          parts[i] = labels;
          Path there = text(folder, String.join("/", parts));
          if (there != null) {
            return there;
          }
        }
        return null;
      }
    }
    return text(folder, stem);
  }

  private static @Nullable Path text(Path folder, String stem) {
    return Stream.of(".txt", ".TXT")
        .map(ending -> folder.resolve(stem + ending))
        .filter(Files::isRegularFile)
        .findFirst()
        .orElse(null);
  }
}
