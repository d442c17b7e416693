package org.netdissect.datasets.folders;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.pictures.Photographs;

/**
 * What speaks against taking a folder of pictures for a class: masks among them, or annotations
 * beside them. Those are data sets of another kind, whose labels would be lost and whose masks
 * would be dissected as photographs.
 */
final class ClassEvidence {
  private static final List<String> ANNOTATIONS = List.of(".xml", ".json", ".txt", ".npy", ".mat");

  private ClassEvidence() {}

  /**
   * Looks at the pictures of a class.
   *
   * @param path of the class below the folder
   * @param photos names of its pictures, below the class
   * @throws DataException when some are masks by their names
   */
  static void check(Path folder, String path, List<String> photos) throws DataException {
    String mask = MaskNames.maskAmong(photos);
    if (mask == null) {
      mask = photos.stream().filter(ClassEvidence::isBelowMasks).findFirst().orElse(null);
    }
    if (mask == null) {
      return;
    }
    if (Ade20kFormat.isOfFull(mask.substring(mask.lastIndexOf('/') + 1))) {
      throw new DataException(Ade20kFormat.full(folder));
    }
    throw new DataException(
        Text.oneLine(folder.toString())
            + " is no folder of classes: "
            + Text.quoted(path + "/" + mask)
            + " is a mask by its name. "
            + WHAT_TO_DO);
  }

  private static final String WHAT_TO_DO =
      "Name the folder where the data set begins; masks are read with labels.csv beside them";

  private static boolean isBelowMasks(String name) {
    String[] parts = name.split("/", -1);
    for (int i = 0; i + 1 < parts.length; i++) {
      if (ImageFolderDataset.isOfMasks(parts[i])) {
        return true;
      }
    }
    return false;
  }

  /** A file of annotations beside a photograph of its name, or null. */
  static @Nullable String annotation(Listing at) {
    Set<String> photos = new HashSet<>();
    for (String name : at.files()) {
      if (Photographs.isPhotographName(name)) {
        photos.add(PhotoFiles.stem(name));
      }
    }
    for (String name : at.files()) {
      String lower = name.toLowerCase(Locale.ROOT);
      String stem = PhotoFiles.stem(name);
      if (ANNOTATIONS.stream().anyMatch(lower::endsWith)
          && (photos.contains(stem) || photos.contains(stem.replaceFirst("_atr$", "")))) {
        return name;
      }
    }
    return null;
  }
}
