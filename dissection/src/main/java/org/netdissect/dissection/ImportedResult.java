package org.netdissect.dissection;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes scores that another program made as a result folder, so that they can be shown and
 * compared like any other. Such a result has no images, hits, maps, histograms or thresholds.
 */
public final class ImportedResult {
  private ImportedResult() {}

  /**
   * The scores of one layer.
   *
   * @param name of the layer
   * @param units by number; their thresholds may be NaN
   */
  public record Layer(String name, List<UnitScore> units) {
    public Layer {
      units = List.copyOf(units);
    }
  }

  /**
   * Writes the folder, whole or not at all.
   *
   * @param out must hold no result, unless it is to be overwritten
   * @param network what to call the network
   * @param data what to call the data set
   * @param categories in the order of the units' scores
   * @param rules that the scores were made by
   * @param layers at least one
   * @param files that they came from
   * @throws IOException if the folder is taken or cannot be written
   */
  public static Dissection write(
      Path out,
      boolean overwrite,
      String network,
      String data,
      List<String> categories,
      DissectionInfo.Rules rules,
      List<Layer> layers,
      List<DissectionInfo.ImportedFile> files)
      throws IOException {
    List<DissectionInfo.LayerResult> results = new ArrayList<>();
    Set<String> folders = new HashSet<>(Set.of("report", ResultFolder.WORK));
    for (Layer layer : layers) {
      LayerInfo info =
          new LayerInfo(
              layer.name(),
              Dissector.folder(layer.name(), folders),
              "imported",
              layer.units().size(),
              0,
              0,
              null);
      results.add(new DissectionInfo.LayerResult(info, 0, List.of(), List.of()));
    }
    DissectionInfo info =
        new DissectionInfo(
            DissectionInfo.FORMAT,
            Dissector.toolVersion(),
            new DissectionInfo.NetworkInfo(network, null, null, null, null, null),
            new DissectionInfo.DataInfo(data, null, null, null, List.copyOf(categories)),
            rules,
            new DissectionInfo.Images(0, 0, null, List.of()),
            results,
            List.copyOf(files));
    ObjectNode inputs = Json.mapper().createObjectNode();
    inputs.set("imported", Json.mapper().valueToTree(info));
    try (ResultFolder folder = ResultFolder.open(out, List.of(out), overwrite, inputs)) {
      for (int l = 0; l < layers.size(); l++) {
        Path path = Files.createDirectories(out.resolve(results.get(l).layer().folder()));
        UnitTable.write(path.resolve("units.csv"), layers.get(l).units(), categories);
        header(path.resolve("top-images.csv"), "unit", "rank", "image", "activation");
      }
      header(out.resolve("images.csv"), "number", "image");
      header(out.resolve("concepts.csv"), "number", "name", "category", "truth", "images");
      ResultFolder.writeAtomically(out.resolve(Dissection.FILE), Json.pretty(info));
      folder.finish();
    }
    return Dissection.open(out);
  }

  private static void header(Path file, String... columns) throws IOException {
    try (CsvWriter csv = UnitTable.csv().build(file)) {
      csv.writeRecord(columns);
    }
  }
}
