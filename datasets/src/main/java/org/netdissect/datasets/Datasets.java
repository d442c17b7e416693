package org.netdissect.datasets;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.files.Unfinished;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.broden.BrodenFormat;
import org.netdissect.datasets.coco.CocoFormat;
import org.netdissect.datasets.drawn.CvatFormat;
import org.netdissect.datasets.drawn.LabelmeFormat;
import org.netdissect.datasets.drawn.YoloFormat;
import org.netdissect.datasets.folders.Ade20kFormat;
import org.netdissect.datasets.folders.CityscapesFormat;
import org.netdissect.datasets.folders.ClassFoldersFormat;
import org.netdissect.datasets.folders.MasksFormat;
import org.netdissect.datasets.folders.PhotosFormat;
import org.netdissect.datasets.folders.VocFormat;
import org.netdissect.datasets.reading.ColorNames;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.ReadDataset;

/** Opens data sets of every format. */
public final class Datasets {
  /** Every format; those come first that ask for more evidence. */
  private static final List<DatasetFormat> ALL =
      List.of(
          new BrodenFormat(),
          new VocFormat(),
          new CityscapesFormat(),
          new Ade20kFormat(),
          new MasksFormat(),
          new CocoFormat(),
          new YoloFormat(),
          new LabelmeFormat(),
          new CvatFormat(),
          new ClassFoldersFormat(),
          new PhotosFormat());

  /** Names of the formats, for {@link DatasetOptions#format}. */
  public static final List<String> FORMATS = ALL.stream().map(DatasetFormat::name).toList();

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
      ConceptDataset data = openPlain(folder, folders.size() > 1 ? options.withOthers() : options);
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
    return openAlone(folder, options, Problems.STOP);
  }

  /**
   * Opens one data set as its format reads it, to be verified.
   *
   * @param problems told of what is wrong in one place and need not stop the others
   */
  public static ReadDataset openAlone(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    Recognised found = recognise(folder, options.format());
    if (Unfinished.is(found.folder)) {
      throw new DataException(Unfinished.complaint(found.folder));
    }
    return found.reader.open(found.folder, options, problems);
  }

  /** What a folder was found to be. */
  public static final class Recognised {
    private final DatasetFormat reader;
    private final Path folder;

    Recognised(DatasetFormat reader, Path folder) {
      this.reader = reader;
      this.folder = folder;
    }

    /** Name of the format: one of {@link #FORMATS}. */
    public String format() {
      return reader.name();
    }

    /** Where the data set begins: the folder itself, or one below it. */
    public Path folder() {
      return folder;
    }
  }

  /**
   * Finds the data set in a folder, or in the folders below it.
   *
   * @param format name of the format when it is known, otherwise null
   * @throws DataException when there is none, or more than one
   */
  public static Recognised recognise(Path folder, @Nullable String format) throws DataException {
    if (format != null && !FORMATS.contains(format)) {
      throw new DataException(
          "unknown format " + Text.quoted(format) + "; one of " + String.join(", ", FORMATS));
    }
    return FormatFinder.find(
        folder,
        ALL.stream().filter(one -> format == null || one.name().equals(format)).toList(),
        format != null);
  }
}
