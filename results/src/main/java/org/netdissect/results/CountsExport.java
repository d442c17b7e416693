package org.netdissect.results;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.netdissect.base.Numbers;
import org.netdissect.base.files.WholeFiles;

/**
 * Writes all integer counts of a result as tables: per layer {@code counts.csv} with every pair of
 * unit and concept that meet, {@code thresholds.csv}, and {@code trust.csv} where labels were put
 * to the test.
 */
public final class CountsExport {
  private CountsExport() {}

  /**
   * Writes the tables, all of them or none.
   *
   * @param folder gets one folder a layer, named as in the result
   */
  public static List<Path> write(Dissection dissection, Path folder) throws IOException {
    try (WholeFiles files = new WholeFiles()) {
      for (LayerDissection layer : dissection.layers()) {
        Path target = folder.resolve(layer.layer().folder());
        ResultFolder.checkNotIn(target.resolve("thresholds.csv"));
        Files.createDirectories(target);
        thresholds(layer, files.next(target.resolve("thresholds.csv")));
        counts(dissection, layer, files.next(target.resolve("counts.csv")));
        TrustTable trust = TrustTable.read(dissection, layer);
        if (trust != null) {
          Files.writeString(
              files.next(target.resolve(TrustTable.TABLE)), TrustTable.csv(trust.scores()));
        }
        MeasureTable measures = MeasureTable.read(dissection, layer);
        if (measures != null) {
          for (Map.Entry<String, String> table : measures.texts().entrySet()) {
            Files.writeString(files.next(target.resolve(table.getKey())), table.getValue());
          }
        }
      }
      return files.commit();
    }
  }

  private static void thresholds(LayerDissection layer, Path file) throws IOException {
    try (CsvWriter csv = UnitTable.csv().build(file)) {
      csv.writeRecord("unit", "threshold");
      for (UnitScore unit : layer.units()) {
        csv.writeRecord(Integer.toString(unit.unit()), Numbers.general(unit.threshold(), 9));
      }
    }
  }

  private static void counts(Dissection dissection, LayerDissection layer, Path file)
      throws IOException {
    Map<Integer, ConceptInfo> concepts = new HashMap<>();
    dissection.concepts().forEach(concept -> concepts.put(concept.number(), concept));
    List<String> categories = dissection.categories();
    try (CsvWriter csv = UnitTable.csv().build(file);
        ConceptCounts counts = layer.conceptCounts()) {
      csv.writeRecord(
          "unit", "number", "label", "category", "intersect", "truth", "activation", "iou");
      for (UnitScore unit : layer.units()) {
        ConceptCounts.OfUnit of = counts.read(unit.unit());
        for (int i = 0; i < of.number().length; i++) {
          ConceptInfo concept = Objects.requireNonNull(concepts.get(of.number()[i]));
          long activation = of.activation()[categories.indexOf(concept.category())];
          csv.writeRecord(
              Integer.toString(unit.unit()),
              Integer.toString(concept.number()),
              concept.name(),
              concept.category(),
              Long.toString(of.intersection()[i]),
              Long.toString(concept.truth()),
              Long.toString(activation),
              Numbers.general(
                  LabelScore.iou(of.intersection()[i], activation, concept.truth()), 12));
        }
      }
    }
  }
}
