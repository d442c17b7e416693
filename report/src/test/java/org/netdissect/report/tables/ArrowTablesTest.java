package org.netdissect.report.tables;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.report.MadeUpMeasures;
import org.netdissect.report.MadeUpTrust;
import org.netdissect.report.SmallWorld;
import org.netdissect.results.CountsExport;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.ImportedResult;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.MeasureTable;
import org.netdissect.results.TableColumn;
import org.netdissect.results.TrustScore;
import org.netdissect.results.TrustTable;
import org.netdissect.results.UnitScore;

/** Arrow files hold what the tables of the result hold. */
class ArrowTablesTest {
  @TempDir static Path folder;
  private static Dissection dissection;

  @BeforeAll
  static void dissect() throws Exception {
    dissection =
        SmallWorld.make(folder, 5)
            .dissect("out", Convention.EXACT, ReceptiveField.square(-4, 15, 8), null, "layer");
  }

  private static List<Map<String, Object>> read(Path file) throws IOException {
    List<Map<String, Object>> rows = new ArrayList<>();
    try (BufferAllocator memory = new RootAllocator();
        ArrowFileReader reader = new ArrowFileReader(FileChannel.open(file), memory)) {
      VectorSchemaRoot batch = reader.getVectorSchemaRoot();
      while (reader.loadNextBatch()) {
        for (int r = 0; r < batch.getRowCount(); r++) {
          Map<String, Object> row = new LinkedHashMap<>();
          for (FieldVector column : batch.getFieldVectors()) {
            Object value = column.getObject(r);
            row.put(
                column.getName(),
                value instanceof Number || value == null ? value : value.toString());
          }
          rows.add(row);
        }
      }
    }
    return rows;
  }

  @Test
  void unitsAreThoseOfTheResult() throws Exception {
    LayerDissection layer = dissection.layers().get(0);
    Path file = folder.resolve("units.arrow");
    ArrowTables.writeUnits(dissection, layer, file);
    List<Map<String, Object>> rows = read(file);
    assertEquals(layer.units().size(), rows.size());
    Set<Object> labels = new HashSet<>();
    for (UnitScore unit : layer.units()) {
      Map<String, Object> row = rows.get(unit.unit());
      assertEquals(unit.unit(), row.get("unit"));
      assertEquals(unit.threshold(), row.get("threshold"));
      assertEquals(unit.label().category(), row.get("category"));
      assertEquals(unit.label().iou(), row.get("iou"));
      for (LabelScore score : unit.byCategory()) {
        String category = score.category();
        assertEquals(score.label().isBlank() ? null : score.label(), row.get(category + "-label"));
        assertEquals(score.truth(), row.get(category + "-truth"));
        assertEquals(score.activation(), row.get(category + "-activation"));
        assertEquals(score.intersection(), row.get(category + "-intersect"));
        assertEquals(score.iou(), row.get(category + "-iou"));
      }
      labels.add(row.get("label"));
    }
    assertTrue(labels.contains(SmallWorld.HOSTILE), labels.toString());
    assertNull(rows.get(SmallWorld.INACTIVE).get("label"));
  }

  @Test
  void countsAreThoseOfTheOtherExport() throws Exception {
    Path file = folder.resolve("counts.arrow");
    Files.writeString(file, "stood here before");
    ArrowTables.writeCounts(dissection, dissection.layers().get(0), file);
    CountsExport.write(dissection, folder.resolve("csv"));
    List<Map<String, Object>> rows = read(file);
    int r = 0;
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(folder.resolve("csv/layer/counts.csv"))) {
      for (NamedCsvRecord expected : csv) {
        Map<String, Object> row = rows.get(r++);
        for (String column : expected.getHeader()) {
          String text = expected.getField(column);
          if (column.equals("iou")) {
            assertEquals(Double.parseDouble(text), (double) row.get(column), 1e-11);
          } else {
            assertEquals(text, row.get(column).toString(), column);
          }
        }
      }
    }
    assertEquals(rows.size(), r);
    assertTrue(r > 20);
    assertFalse(Files.exists(folder.resolve("counts.arrow.next")));
  }

  @Test
  void trustIsThatOfTheTable() throws Exception {
    MadeUpTrust.write(dissection);
    TrustTable trust = TrustTable.read(dissection, dissection.layers().get(0));
    Path file = folder.resolve("trust.arrow");
    ArrowTables.writeTrust(trust, file);
    List<Map<String, Object>> rows = read(file);
    assertEquals(trust.scores().size(), rows.size());
    for (int r = 0; r < rows.size(); r++) {
      for (TableColumn<TrustScore> column : TrustTable.COLUMNS) {
        Object value = column.of(trust.scores().get(r));
        Object found = rows.get(r).get(column.name());
        assertEquals(value instanceof Boolean is ? is.toString() : value, found, column.name());
      }
    }
    CountsExport.write(dissection, folder.resolve("with"));
    assertEquals(
        TrustTable.csv(trust.scores()), Files.readString(folder.resolve("with/layer/trust.csv")));
  }

  @Test
  void measuresAreThoseOfTheTables() throws Exception {
    MadeUpMeasures.write(dissection);
    MeasureTable measures = MeasureTable.read(dissection, dissection.layers().get(0));
    Path file = folder.resolve("measures.arrow");
    ArrowTables.writeMeasures(measures, file);
    same(MeasureTable.COLUMNS, measures.scores(), read(file));
    ArrowTables.writeMeanings(measures, file);
    same(MeasureTable.MEANING_COLUMNS, measures.meanings(), read(file));
    CountsExport.write(dissection, folder.resolve("measured"));
    for (String name : List.of("measures.csv", "meanings.csv", "choices.csv")) {
      assertEquals(
          Files.readString(dissection.layers().get(0).folder().resolve(name)),
          Files.readString(folder.resolve("measured/layer").resolve(name)),
          name);
    }
  }

  private static <R> void same(
      List<TableColumn<R>> columns, List<R> rows, List<Map<String, Object>> found) {
    assertEquals(rows.size(), found.size());
    for (int r = 0; r < rows.size(); r++) {
      for (TableColumn<R> column : columns) {
        assertEquals(column.of(rows.get(r)), found.get(r).get(column.name()), column.name());
      }
    }
  }

  @Test
  void anImportedResultHasUnitsOnly() throws Exception {
    LayerDissection layer = dissection.layers().get(0);
    Dissection imported =
        ImportedResult.write(
            folder.resolve("imported"),
            false,
            "net",
            "data",
            dissection.categories(),
            new DissectionInfo.Rules("paper", "0.005", 0.04),
            List.of(
                new ImportedResult.Layer(
                    "layer",
                    layer.units().stream()
                        .map(
                            unit ->
                                new UnitScore(
                                    unit.unit(), Float.NaN, unit.best(), unit.byCategory()))
                        .toList())),
            List.of(new DissectionInfo.ImportedFile("t.csv", "0".repeat(64))));
    Path file = folder.resolve("imported.arrow");
    ArrowTables.writeUnits(imported, imported.layers().get(0), file);
    assertNull(read(file).get(0).get("threshold"));
    DissectionException failure =
        assertThrows(
            DissectionException.class,
            () -> ArrowTables.writeCounts(imported, imported.layers().get(0), file));
    assertTrue(failure.getMessage().contains("counts.bin"), failure.getMessage());
  }
}
