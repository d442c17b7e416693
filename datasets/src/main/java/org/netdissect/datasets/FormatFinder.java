package org.netdissect.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.files.Unfinished;
import org.netdissect.datasets.folders.ClassFoldersFormat;
import org.netdissect.datasets.folders.ImageFolderDataset;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.Recognition;

/**
 * Finds out what format a folder has. People name the folder an archive was unpacked to as often as
 * the one the data set begins in, so the folders below are looked at too, level by level; where
 * that leaves a choice, nothing is guessed.
 */
final class FormatFinder {
  /** Levels below the folder named. */
  private static final int DEEPEST = 3;

  /** Folders looked at altogether; more, and the search is given up by name. */
  private static final int MOST_FOLDERS = 20_000;

  /** How many are named where there is a choice. */
  private static final int MOST_NAMED = 4;

  private final Path root;
  private final List<DatasetFormat> formats;
  private final List<Datasets.Recognised> found = new ArrayList<>();

  /** Reasons of refusals on the level that is looked at. */
  private final List<String> refusals = new ArrayList<>();

  /** What the folder itself may be if nothing else is found. */
  private Datasets.@Nullable Recognised otherwise;

  private FormatFinder(Path root, List<DatasetFormat> formats) {
    this.root = root;
    this.formats = formats;
  }

  /**
   * Finds the data set at or below a folder.
   *
   * @param formats that it may have, those first that ask for more evidence
   * @param named whether a person said that it has the one format
   */
  static Datasets.Recognised find(Path folder, List<DatasetFormat> formats, boolean named)
      throws DataException {
    if (folder.toString().isBlank()) {
      throw new DataException("the name of the data folder is blank");
    }
    if (!Files.exists(folder)) {
      throw new DataException("no such data folder: " + Text.oneLine(folder.toString()));
    }
    FormatFinder finder = new FormatFinder(folder, formats);
    Datasets.Recognised found = finder.search(named);
    if (found != null) {
      return found;
    } else if (named) {
      return new Datasets.Recognised(formats.get(0), folder); // its reader tells what is missing
    }
    throw unknown(folder);
  }

  private Datasets.@Nullable Recognised search(boolean named) throws DataException {
    List<Listing> level = List.of(Listing.of(root));
    int looked = 0;
    for (int depth = 0; depth <= DEEPEST && !level.isEmpty(); depth++) {
      List<Listing> next = new ArrayList<>();
      for (Listing at : level) {
        if (looked++ == MOST_FOLDERS) {
          throw new DataException(
              Text.oneLine(root.toString())
                  + " holds more than "
                  + MOST_FOLDERS
                  + " folders in which a data set may begin; name the folder where it does, and"
                  + " its format with --format");
        }
        if (!ask(at) && depth < DEEPEST) {
          at.folders().forEach(name -> next.add(at.in(name)));
        }
      }
      if (found.size() == 1 && refusals.isEmpty()) {
        return found.get(0);
      } else if (!found.isEmpty()) {
        throw several();
      } else if (!refusals.isEmpty() && !named) {
        throw new DataException(refusals.get(0));
      }
      refusals.clear();
      level = next;
    }
    return otherwise;
  }

  /** Asks every format about a folder; whether one of them claims or refuses it. */
  private boolean ask(Listing at) throws DataException {
    if (Unfinished.is(at.folder())) {
      if (at.folder().equals(root)) {
        throw new DataException(Unfinished.complaint(at.folder()));
      }
      refusals.add(Unfinished.complaint(at.folder()));
      return true;
    }
    String refusal = at.problem();
    for (DatasetFormat format : formats) {
      Recognition says = format.recognise(at);
      switch (says.kind()) {
        case CLAIMED -> {
          if (!isFound(at.folder())) {
            found.add(new Datasets.Recognised(format, at.folder()));
          }
          return true;
        }
        case REFUSED -> refusal = refusal == null ? says.reason() : refusal;
        case IF_NOTHING_ELSE -> {
          if (at.folder().equals(root) && otherwise == null) {
            otherwise = new Datasets.Recognised(format, root);
          }
        }
        case NONE -> {}
      }
    }
    if (refusal != null) {
      refusals.add(refusal);
    }
    return refusal != null;
  }

  /** Whether the same folder was found by another way: links lead to folders too. */
  private boolean isFound(Path folder) throws DataException {
    try {
      for (Datasets.Recognised one : found) {
        if (Files.isSameFile(one.folder(), folder)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new DataException("cannot look at " + Text.oneLine(folder + ": " + e.getMessage()), e);
    }
  }

  private DataException several() {
    List<String> names = new ArrayList<>();
    for (Datasets.Recognised one : found.subList(0, Math.min(MOST_NAMED, found.size()))) {
      names.add(Text.oneLine(one.folder() + " (" + one.format() + ")"));
    }
    if (found.size() == 1) {
      return new DataException(
          Text.oneLine(root.toString())
              + " holds "
              + names.get(0)
              + ", but also one that cannot be read: "
              + refusals.get(0)
              + "; name the one you mean");
    }
    return new DataException(
        Text.oneLine(root.toString())
            + " holds several data sets: "
            + String.join(", ", names)
            + (found.size() > MOST_NAMED ? ", …" : "")
            + "; name the one you mean, or each of them");
  }

  private static DataException unknown(Path folder) throws DataException {
    String named = Text.oneLine(folder.toString());
    if (!Files.isDirectory(folder)) {
      return new DataException(named + " is neither a folder nor a COCO json file");
    }
    boolean table = Files.isRegularFile(folder.resolve("labels.csv"));
    if (holdsMasks(folder) || ClassFoldersFormat.holdsMasks(folder)) {
      return new DataException(
          named
              + (table
                  ? " holds labels.csv and masks, but not the folders images and masks beside it;"
                      + " name them so"
                  : " holds masks, but no labels.csv (value,name,category) beside the folders images"
                      + " and masks that says what their values mean"));
    }
    if (!PhotoFiles.below(folder).isEmpty()) {
      String program = ForeignExport.in(folder);
      if (program != null) {
        return new DataException(
            named
                + " holds annotations of "
                + program
                + ", which are not read as they are; export them from there as COCO");
      }
      String unread = ForeignExport.table(folder);
      return new DataException(
          named
              + (unread == null
                  ? " holds photographs without labels"
                  : " holds photographs and a table, "
                      + Text.quoted(unread)
                      + ", which is not read as labels")
              + "; expected one folder a class, or masks and"
              + " labels.csv beside them (\"netdissect data label\" has a network draw masks)."
              + " \"netdissect run MODEL --images\" dissects them as they are, without scores");
    }
    return new DataException(
        named
            + " is of no known format; expected index.csv and category.csv (Broden), images, masks"
            + " and labels.csv, a COCO json file, or one folder of photographs a class. Name the"
            + " format with --format"
            + PhotoFiles.orPassedOver(folder));
  }

  /** Whether there are pictures in a folder that is named as one of masks, here or one below. */
  private static boolean holdsMasks(Path folder) throws DataException {
    for (String name : PhotoFiles.folders(folder)) {
      if (isOfMasks(folder, name)) {
        return true;
      }
      for (String below : PhotoFiles.folders(folder.resolve(name))) {
        if (isOfMasks(folder.resolve(name), below)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isOfMasks(Path folder, String name) throws DataException {
    return ImageFolderDataset.isOfMasks(name) && !PhotoFiles.below(folder.resolve(name)).isEmpty();
  }
}
