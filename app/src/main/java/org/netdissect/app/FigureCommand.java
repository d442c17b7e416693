package org.netdissect.app;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.WholeFile;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.Datasets;
import org.netdissect.datasets.folders.PhotosFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.report.figures.Figure;
import org.netdissect.report.figures.Figures;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.ResultFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect figure}: figures of a result for papers. */
@Command(
    name = "figure",
    description =
        "Draws a figure of a result for a paper, or writes its numbers; without --kind lists what"
            + " there is.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class FigureCommand implements Callable<Integer> {
  private static final List<String> KINDS =
      List.of("detectors", "categories", "histogram", "units", "table", "formulas", "alpha");
  private static final List<String> FORMATS = List.of("svg", "png", "csv", "tex");
  private static final String LIST =
      """
      detectors   how many units detect each concept (the paper's bar chart)
      categories  detectors and unique detectors of each category
      histogram   the units' best IoU; with --units, the activation values of these units
      units       the images on which --units are most active, with their masks (needs --data)
      table       the best units, or --units, with labels and counts
      formulas    IoU by the length of the units' formulas (after netdissect formulas)
      alpha       unique detectors against the power of the layer's rotations (run --basis rotation:…)
      formats: svg, png, csv, tex
      """;

  @Parameters(paramLabel = "OUT", description = "The result folder.")
  private Path result;

  @Option(names = "--kind", paramLabel = "KIND", description = "What to draw; see the list.")
  private @Nullable String kind;

  @Option(
      names = "--layer",
      paramLabel = "NAME",
      description = "The layer, by its name or its folder. Default: the first.")
  private @Nullable String layerName;

  @Option(names = "--units", split = ",", paramLabel = "N,N", description = "Units by number.")
  private List<Integer> units = List.of();

  @Option(
      names = "--iou",
      paramLabel = "X",
      description = "IoU above which a unit is a detector. Default: the run's own.")
  private @Nullable Double iou;

  @Option(
      names = "--every-category",
      description =
          "In 'detectors', count a unit in every category in which its best label passes.")
  private boolean everyCategory;

  @Option(
      names = "--images",
      paramLabel = "N",
      defaultValue = "6",
      description = "Images of each unit, 1 to 12. Default: ${DEFAULT-VALUE}.")
  private int images;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The data set that was dissected with, for its photographs.")
  private List<Path> data = List.of();

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "svg, png, csv or tex. Default: what --out ends in.")
  private @Nullable String format;

  @Option(
      names = "--scale",
      paramLabel = "N",
      defaultValue = "3",
      description =
          "Pixels of a PNG for each pixel of the drawing, 1 to 8. Default: ${DEFAULT-VALUE}.")
  private double scale;

  @Option(names = "--out", paramLabel = "FILE", description = "The file to write.")
  private @Nullable Path out;

  @Mixin
  @SuppressWarnings("UnusedVariable") // its options are read by the parser
  private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    Dissection dissection = Dissection.open(result);
    if (kind == null) {
      Output.print(LIST);
      return 0;
    }
    Path file = file(kind);
    String written = format(file);
    check(kind, written);
    ResultFolder.checkNotIn(file);
    Figure figure = draw(dissection, kind, written);
    byte[] bytes =
        switch (written) {
          case "svg" -> figure.svg().getBytes(StandardCharsets.UTF_8);
          case "png" -> figure.png(scale);
          case "csv" -> figure.csv().getBytes(StandardCharsets.UTF_8);
          default -> figure.tex().getBytes(StandardCharsets.UTF_8);
        };
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    WholeFile.write(file, next -> Files.write(next, bytes));
    Output.line(file + ": " + figure.caption());
    return 0;
  }

  private Path file(String kind) {
    if (!KINDS.contains(kind)) {
      throw new UsageException(
          "--kind '" + kind + "' is unknown; there are " + String.join(", ", KINDS));
    }
    if (out == null) {
      throw new UsageException("--out is missing: the file to write");
    }
    return out;
  }

  private String format(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    String written = format == null ? name.substring(name.lastIndexOf('.') + 1) : format;
    if (!FORMATS.contains(written)) {
      throw new UsageException(
          "--format '" + written + "' is unknown; there are " + String.join(", ", FORMATS));
    }
    return written;
  }

  private void check(String kind, String written) {
    if (images < 1 || images > 12) {
      throw new UsageException("--images must be 1 to 12");
    }
    if (!(scale >= 1 && scale <= 8)) {
      throw new UsageException("--scale must be 1 to 8");
    }
    if (iou != null && !(iou >= 0 && iou < 1)) {
      throw new UsageException("--iou must lie from 0 to below 1: " + iou);
    }
    if (kind.equals("units") && units.isEmpty()) {
      throw new UsageException("--kind units needs --units, their numbers");
    }
    if (kind.equals("units") && data.isEmpty() && isDrawn(written)) {
      throw new UsageException("--kind units needs --data, the folder of the photographs");
    }
  }

  private static boolean isDrawn(String written) {
    return written.equals("svg") || written.equals("png");
  }

  private Figure draw(Dissection dissection, String kind, String written) throws IOException {
    DissectionInfo info = dissection.info();
    if (units.isEmpty() || !kind.matches("units|histogram")) {
      dissection.checkLabelled();
    }
    Figures figures =
        Figures.of(dissection, layer(dissection), iou == null ? info.rules().iou() : iou);
    return switch (kind) {
      case "detectors" -> figures.detectors(everyCategory);
      case "categories" -> figures.categories();
      case "histogram" -> units.isEmpty() ? figures.histogram() : figures.activations(units);
      case "units" ->
          figures.units(units, isDrawn(written) ? photographs(dissection) : null, images);
      case "alpha" -> figures.alpha();
      case "formulas" -> figures.formulas();
      default -> figures.table(units);
    };
  }

  private LayerDissection layer(Dissection dissection) throws IOException {
    List<LayerDissection> layers = dissection.layers();
    if (layerName == null) {
      return layers.get(0);
    }
    return layers.stream()
        .filter(
            layer ->
                layer.layer().name().equals(layerName) || layer.layer().folder().equals(layerName))
        .findFirst()
        .orElseThrow(
            () ->
                new DissectionException(
                    result
                        + " has no layer '"
                        + layerName
                        + "'; it has "
                        + String.join(
                            ", ", layers.stream().map(layer -> layer.layer().name()).toList())));
  }

  /** Only names and photographs are asked for, so its format is recognised from the folder. */
  private ConceptDataset photographs(Dissection dissection) throws IOException {
    DatasetOptions options = DatasetOptions.defaults();
    return Datasets.open(
        DataOptions.located(data),
        dissection.isUnlabelled() ? options.withFormat(PhotosFormat.NAME) : options);
  }
}
