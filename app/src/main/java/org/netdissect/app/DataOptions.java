package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.base.files.TypedPath;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.Datasets;
import org.netdissect.datasets.fetch.Fetchable;
import org.netdissect.datasets.folders.PhotosFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Network;
import org.netdissect.results.Dissection;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** How labelled images are read; for every command that reads them. */
final class DataOptions {
  /** The format whose masks keep their own size. */
  private static final String BRODEN = "broden";

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description =
          "How the data is kept: broden, voc, cityscapes, ade20k, masks, coco, yolo, labelme, cvat"
              + " or folders; photos are photographs without labels. Default: recognised from the"
              + " folder.")
  private @Nullable String format;

  @Option(
      names = "--mask-size",
      paramLabel = "H,W",
      description =
          "Size that masks are resampled to, except those of Broden's format. Default: half the"
              + " network's input, or 112,112.")
  private @Nullable String maskSize;

  @Option(
      names = "--category",
      paramLabel = "NAME",
      description =
          "Category of labels whose format knows none. Default: scene for folders of images,"
              + " otherwise object.")
  private @Nullable String category;

  @Option(
      names = "--colors",
      arity = "0..1",
      paramLabel = "TABLE.npy",
      fallbackValue = "",
      description =
          "Add the names of colours as a category: by van de Weijer's table if it is given,"
              + " otherwise by the built-in naming.")
  private @Nullable String colors;

  @Option(
      names = "--boxes",
      description =
          "Take annotations that have a box but no shape (COCO, YOLO, CVAT) as rectangles.")
  private boolean boxes;

  @Option(
      names = "--synonyms",
      paramLabel = "FILE.csv",
      description = "Names that mean the same (name,synonyms), for several data sets together.")
  private @Nullable Path synonyms;

  /** Takes a folder as the result's data were: where those had no labels, for photographs alone. */
  void takeAs(Dissection dissection) {
    if (format == null && dissection.isUnlabelled()) {
      takePhotographs();
    }
  }

  /** Takes folders for photographs alone where no data set is found in one of them. */
  void takeAnyPhotographs(List<Path> folders) {
    for (Path folder : folders) {
      try {
        if (format == null) {
          recognise(folder);
        }
      } catch (IOException e) {
        if (Files.isDirectory(folder)) {
          format = PhotosFormat.NAME;
        }
      }
    }
  }

  /**
   * Takes a folder of photographs in place of labelled images.
   *
   * @param labelled what --data names
   * @return the folder as the only one
   */
  List<Path> photographs(Path folder, List<Path> labelled) {
    if (!labelled.isEmpty()) {
      throw new UsageException(
          "with a model, --images is a folder of photographs without labels, in place of --data");
    }
    if (!Files.isDirectory(folder)) {
      throw new UsageException("--images " + folder + " is no folder of photographs");
    }
    takePhotographs();
    return List.of(folder);
  }

  /** Takes all photographs of a folder, without labels. */
  private void takePhotographs() {
    if (format != null && !format.equals(PhotosFormat.NAME)) {
      throw new UsageException(
          "--format " + format + " is of labelled images (--data), --images of others");
    }
    format = PhotosFormat.NAME;
  }

  /** The options for a network of that input size; 0 where there is no network. */
  DatasetOptions options(int inputHeight, int inputWidth) {
    DatasetOptions options =
        DatasetOptions.defaults().withFormat(format).withCategory(category).withSynonyms(synonyms);
    if (colors != null) {
      options = options.withColors(colors.isEmpty() ? null : TypedPath.of(colors));
    }
    if (boxes) {
      options = options.withBoxes();
    }
    try {
      if (maskSize != null) {
        InputSize size = InputSize.parse(maskSize);
        options = options.withMaskSize(size.height(), size.width());
      } else if (inputHeight > 1 && inputWidth > 1) {
        options = options.withMaskSize(inputHeight / 2, inputWidth / 2);
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException("--mask-size: " + e.getMessage());
    }
    return options;
  }

  /**
   * Whether all networks look at masks of one size: that of the data, where its format keeps it, or
   * one that follows from their inputs.
   */
  boolean haveMasksOfOneSize(List<Path> folders, List<Network> networks) throws IOException {
    if (maskSize != null || inputs(networks) < 2) {
      return true;
    }
    for (Path folder : folders) {
      if (!recognise(folder).format().equals(BRODEN)) {
        return false;
      }
    }
    return true;
  }

  /** How many sizes of input there are. */
  static long inputs(List<Network> networks) {
    return networks.stream()
        .map(n -> new InputSize(n.inputHeight(), n.inputWidth()))
        .distinct()
        .count();
  }

  /** How the data sets were given, for {@code run.json}; of no address outside this machine. */
  Map<String, Object> note(List<Path> folders) {
    Map<String, Object> note = new LinkedHashMap<>();
    note.put(
        "folders",
        folders.stream().allMatch(TypedPath::isLocal)
            ? folders.stream().map(DataOptions::absolute).toList()
            : null);
    note.put("format", format);
    note.put("maskSize", maskSize);
    note.put("category", category);
    note.put("boxes", boxes ? true : null);
    note.put(
        "colors", colors == null || colors.isEmpty() ? colors : absolute(TypedPath.of(colors)));
    note.put("synonyms", synonyms == null ? null : absolute(synonyms));
    note.values().removeIf(Objects::isNull);
    return note;
  }

  /** A path for {@code run.json}; null for an address outside this machine. */
  static @Nullable String absolute(Path path) {
    return TypedPath.isLocal(path) ? path.toAbsolutePath().normalize().toString() : null;
  }

  /** Takes what {@link #note} noted; gives the folders. */
  List<Path> take(JsonNode note) {
    format = text(note, "format");
    maskSize = text(note, "maskSize");
    category = text(note, "category");
    boxes = note.path("boxes").asBoolean(false);
    colors = text(note, "colors");
    synonyms = note.has("synonyms") ? Path.of(text(note, "synonyms")) : null;
    List<Path> folders = new ArrayList<>();
    note.path("folders").forEach(folder -> folders.add(Path.of(folder.asString(""))));
    return folders;
  }

  private static @Nullable String text(JsonNode note, String name) {
    return note.path(name).isString() ? note.path(name).asString() : null;
  }

  /** Opens the data sets as one; the name of one that was fetched stands for its folder. */
  ConceptDataset open(List<Path> folders, int inputHeight, int inputWidth) throws IOException {
    return Datasets.open(located(folders), options(inputHeight, inputWidth));
  }

  /** Opens the data sets as one and tells what is passed over in them. */
  ConceptDataset open(List<Path> folders, int inputHeight, int inputWidth, Progress progress)
      throws IOException {
    ConceptDataset data = open(folders, inputHeight, inputWidth);
    data.remarks().forEach(progress::warn);
    return data;
  }

  /** The folders meant: in place of the name of a data set that was fetched, where it lies. */
  static List<Path> located(List<Path> given) throws NetdissectException {
    List<Path> folders = new ArrayList<>();
    for (Path one : given) {
      folders.add(Fetchable.resolve(one));
    }
    return folders;
  }

  /** What a folder is taken for. */
  Datasets.Recognised recognise(Path folder) throws IOException {
    return Datasets.recognise(Fetchable.resolve(folder), format);
  }
}
