package org.netdissect.datasets;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.datasets.coco.CocoDataset;
import org.netdissect.datasets.folders.ImageFolderDataset;
import org.netdissect.datasets.folders.MaskFolderDataset;
import org.netdissect.datasets.reading.PhotoFiles;

/**
 * Finds out what format a folder has. People name the folder an archive was unpacked to as often as
 * the one the data set begins in, so the folders below are looked at too; where that leaves a
 * choice, nothing is guessed.
 */
final class FormatFinder {
  /** Levels below the folder named, and folders looked at altogether. */
  private static final int DEEPEST = 3;

  private static final int MOST_FOLDERS = 200;

  /** How many are named where there is a choice. */
  private static final int MOST_NAMED = 4;

  private FormatFinder() {}

  /**
   * Finds the data set at or below a folder.
   *
   * @param format that it must have, or null for any
   */
  static Datasets.Recognised find(Path folder, String format) throws DataException {
    if (!Files.exists(folder)) {
      throw new DataException("no such data folder: " + folder);
    }
    List<Datasets.Recognised> found = new ArrayList<>();
    Deque<Path> level = new ArrayDeque<>(List.of(folder));
    int looked = 0;
    for (int depth = 0; depth <= DEEPEST && found.isEmpty(); depth++) {
      Deque<Path> next = new ArrayDeque<>();
      for (Path at : level) {
        if (looked++ == MOST_FOLDERS) {
          break;
        }
        String has = marked(at, format);
        if (has != null) {
          found.add(new Datasets.Recognised(has, at));
        } else if (depth < DEEPEST && Files.isDirectory(at)) {
          for (String name : PhotoFiles.folders(at)) {
            next.add(at.resolve(name));
          }
        }
      }
      level = next;
    }
    if (found.size() == 1) {
      return found.get(0);
    } else if (found.size() > 1) {
      List<String> names = new ArrayList<>();
      for (Datasets.Recognised one : found.subList(0, Math.min(MOST_NAMED, found.size()))) {
        names.add(Text.oneLine(one.folder() + " (" + one.format() + ")"));
      }
      throw new DataException(
          folder
              + " holds several data sets: "
              + String.join(", ", names)
              + (found.size() > MOST_NAMED ? ", …" : "")
              + "; name the one you mean, or each of them");
    }
    if (format != null) {
      return new Datasets.Recognised(format, folder); // its reader tells what is missing
    }
    if (ImageFolderDataset.classesIn(folder) != null) {
      return new Datasets.Recognised("folders", folder);
    }
    throw unknown(folder);
  }

  /** The format that a folder bears the marks of; null for none, or another than is wanted. */
  private static String marked(Path folder, String wanted) throws DataException {
    if (is("broden", wanted) && BrodenDataset.isBroden(folder)) {
      return "broden";
    } else if (is("voc", wanted) && MaskFolderDataset.isVoc(folder)) {
      return "voc";
    } else if (is("cityscapes", wanted) && MaskFolderDataset.isCityscapes(folder)) {
      return "cityscapes";
    } else if (is("ade20k", wanted) && MaskFolderDataset.isAde20k(folder)) {
      return "ade20k";
    } else if (is("masks", wanted) && MaskFolderDataset.isSimple(folder)) {
      return "masks";
    } else if (is("coco", wanted) && CocoDataset.isCoco(folder)) {
      return "coco";
    }
    return null;
  }

  private static boolean is(String format, String wanted) {
    return wanted == null || wanted.equals(format);
  }

  private static DataException unknown(Path folder) throws DataException {
    String named = Text.oneLine(folder.toString());
    if (!Files.isDirectory(folder)) {
      return new DataException(named + " is neither a folder nor a COCO json file");
    }
    boolean table = Files.isRegularFile(folder.resolve("labels.csv"));
    List<String> inside = PhotoFiles.folders(folder);
    boolean masks = inside.stream().anyMatch(ImageFolderDataset::isOfMasks);
    for (String name : inside) {
      masks |=
          PhotoFiles.folders(folder.resolve(name)).stream().anyMatch(ImageFolderDataset::isOfMasks);
    }
    if (masks) {
      return new DataException(
          named
              + (table
                  ? " holds labels.csv and masks, but not the folders images and masks beside it;"
                      + " name them so"
                  : " holds masks, but no labels.csv (value,name,category) beside the folders images"
                      + " and masks that says what their values mean"));
    }
    if (!PhotoFiles.below(folder).isEmpty()) {
      return new DataException(
          named
              + " holds photographs without labels; expected one folder a class, or masks and"
              + " labels.csv beside them (\"netdissect data label\" has a network draw masks)");
    }
    return new DataException(
        named
            + " is of no known format; expected index.csv and category.csv (Broden), images, masks"
            + " and labels.csv, a COCO json file, or one folder of photographs a class. Name the"
            + " format with --format");
  }
}
