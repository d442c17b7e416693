package org.netdissect.results;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.netdissect.base.Json;
import org.netdissect.base.Progress;
import org.netdissect.base.ToolVersion;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.Seal;
import org.netdissect.base.files.WholeFile;
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
    FolderNames folders = FolderNames.inResult();
    for (Layer layer : layers) {
      LayerInfo info =
          new LayerInfo(
              layer.name(), folders.of(layer.name()), "imported", layer.units().size(), 0, 0, null);
      results.add(new DissectionInfo.LayerResult(info, 0, List.of(), List.of()));
    }
    DissectionInfo.NetworkInfo networkInfo =
        new DissectionInfo.NetworkInfo(network, null, null, null, null, null, null, null);
    DissectionInfo.DataInfo dataInfo =
        new DissectionInfo.DataInfo(data, null, null, null, List.copyOf(categories), null);
    ObjectNode inputs = Json.mapper().createObjectNode();
    inputs.set("network", Json.mapper().valueToTree(networkInfo));
    inputs.set("data", Json.mapper().valueToTree(dataInfo));
    inputs.set("imported", Json.mapper().valueToTree(files));
    try (ResultFolder folder =
        ResultFolder.open(out, List.of(out), overwrite, inputs, Progress.NONE)) {
      SortedMap<String, FileCheck> checks = new TreeMap<>();
      for (int l = 0; l < layers.size(); l++) {
        String name = results.get(l).layer().folder();
        Path path = Files.createDirectories(out.resolve(name));
        UnitTable.write(path.resolve("units.csv"), layers.get(l).units(), categories);
        header(path.resolve("top-images.csv"), "unit", "rank", "image", "activation");
        for (String table : List.of("units.csv", "top-images.csv")) {
          checks.put(name + "/" + table, FileCheck.ofText(path.resolve(table)));
        }
      }
      header(out.resolve("images.csv"), "number", "image");
      header(out.resolve("concepts.csv"), "number", "name", "category", "truth", "images");
      for (String table : List.of("images.csv", "concepts.csv")) {
        checks.put(table, FileCheck.ofText(out.resolve(table)));
      }
      DissectionInfo info =
          new DissectionInfo(
              DissectionInfo.FORMAT,
              ToolVersion.get(),
              networkInfo,
              dataInfo,
              rules,
              new DissectionInfo.Images(0, 0, null, List.of()),
              results,
              List.copyOf(files),
              checks);
      WholeFile.text(out.resolve(Dissection.FILE), Seal.seal(Json.pretty(info)));
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
