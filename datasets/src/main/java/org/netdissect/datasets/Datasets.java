package org.netdissect.datasets;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.datasets.coco.CocoDataset;
import org.netdissect.datasets.folders.ImageFolderDataset;
import org.netdissect.datasets.folders.MaskFolderDataset;
import org.netdissect.datasets.reading.DatasetOptions;

/** Opens data sets of every format. */
public final class Datasets {
  /** Names of the formats, for {@link DatasetOptions#format}. */
  public static final List<String> FORMATS =
      List.of("broden", "masks", "voc", "ade20k", "cityscapes", "coco", "folders");

  private Datasets() {}

  /**
   * Opens a data set, or several as one, whose labels are joined by name. Each is looked for in its
   * folder and those below it.
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
    return parts.size() == 1 && options.synonyms() == null
        ? parts.get(0)
        : new CombinedDataset(parts, options.synonyms());
  }

  /** Opens one data set. */
  public static ConceptDataset open(Path folder, DatasetOptions options) throws DataException {
    return open(List.of(folder), options);
  }

  private static ConceptDataset openPlain(Path folder, DatasetOptions options)
      throws DataException {
    Recognised found = recognise(folder, options.format());
    return switch (found.format) {
      case "broden" -> BrodenDataset.open(found.folder);
      case "masks" -> MaskFolderDataset.open(found.folder, options);
      case "voc" -> MaskFolderDataset.openVoc(found.folder, options);
      case "ade20k" -> MaskFolderDataset.openAde20k(found.folder, options);
      case "cityscapes" -> MaskFolderDataset.openCityscapes(found.folder, options);
      case "coco" -> CocoDataset.open(found.folder, options);
      default -> ImageFolderDataset.open(found.folder, options);
    };
  }

  /**
   * What a folder was found to be.
   *
   * @param format one of {@link #FORMATS}
   * @param folder where the data set begins: the folder itself, or one below it
   */
  public record Recognised(String format, Path folder) {}

  /**
   * Finds the data set in a folder, or in the folders below it.
   *
   * @param format name of the format when it is known, otherwise null
   * @throws DataException when there is none, or more than one
   */
  public static Recognised recognise(Path folder, String format) throws DataException {
    if (format != null && !FORMATS.contains(format)) {
      throw new DataException(
          "unknown format " + Text.quoted(format) + "; one of " + String.join(", ", FORMATS));
    }
    return FormatFinder.find(folder, format);
  }
}
