package org.netdissect.concepts;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Opens data sets of every format. */
public final class Datasets {
  /** Names of the formats, for {@link DatasetOptions#format}. */
  public static final List<String> FORMATS =
      List.of("broden", "masks", "voc", "ade20k", "cityscapes", "coco", "folders");

  private Datasets() {}

  /**
   * Opens a data set, or several as one, whose labels are joined by name.
   *
   * @param folders at least one; a COCO json file counts as a folder
   * @throws DataException when one is of no known format, or broken
   */
  public static ConceptDataset open(List<Path> folders, DatasetOptions options)
      throws DataException {
    List<ConceptDataset> parts = new ArrayList<>();
    for (Path folder : folders) {
      ConceptDataset data = openPlain(folder, options);
      // Broden's own colours stay as they are.
      boolean colored = data.vocabulary().category(ColoredDataset.CATEGORY) != null;
      parts.add(
          options.colors() && !(colored && folders.size() > 1)
              ? new ColoredDataset(data, ColorNames.of(options.colorTable()))
              : data);
    }
    return parts.size() == 1 ? parts.get(0) : new CombinedDataset(parts, options.synonyms());
  }

  /** Opens one data set. */
  public static ConceptDataset open(Path folder, DatasetOptions options) throws DataException {
    return open(List.of(folder), options);
  }

  private static ConceptDataset openPlain(Path folder, DatasetOptions options)
      throws DataException {
    if (!Files.exists(folder)) {
      throw new DataException("no such data folder: " + folder);
    }
    String format = options.format() != null ? options.format() : recognise(folder);
    return switch (format) {
      case "broden" -> BrodenDataset.open(folder);
      case "masks" -> MaskFolderDataset.open(folder, options);
      case "voc" -> MaskFolderDataset.openVoc(folder, options);
      case "ade20k" -> MaskFolderDataset.openAde20k(folder, options);
      case "cityscapes" -> MaskFolderDataset.openCityscapes(folder, options);
      case "coco" -> CocoDataset.open(folder, options);
      case "folders" -> ImageFolderDataset.open(folder, options);
      default ->
          throw new DataException(
              "unknown format " + Text.quoted(format) + "; one of " + String.join(", ", FORMATS));
    };
  }

  /** The format of a folder. */
  public static String recognise(Path folder) throws DataException {
    if (BrodenDataset.isBroden(folder)) {
      return "broden";
    } else if (MaskFolderDataset.isVoc(folder)) {
      return "voc";
    } else if (MaskFolderDataset.isCityscapes(folder)) {
      return "cityscapes";
    } else if (MaskFolderDataset.isAde20k(folder)) {
      return "ade20k";
    } else if (MaskFolderDataset.isSimple(folder)) {
      return "masks";
    } else if (CocoDataset.isCoco(folder)) {
      return "coco";
    } else if (ImageFolderDataset.isImageFolder(folder)) {
      return "folders";
    }
    throw new DataException(
        folder
            + " is of no known format; expected index.csv and category.csv (Broden), images, masks"
            + " and labels.csv, a COCO json file, or one folder of photographs a class. Name the format with"
            + " --format");
  }
}
