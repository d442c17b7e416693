package org.netdissect.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.Json;
import org.netdissect.base.Python;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.Dissection;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.MeasureScore;
import org.netdissect.results.MeasureTable;
import org.netdissect.results.PeakActivations;
import org.netdissect.results.TrustTable;
import org.netdissect.results.UnitMeaning;
import org.netdissect.results.UnitScore;

/** The Python reader against Java; skipped where there is no Python with NumPy. */
class PythonReaderTest {
  private static final Path PYTHON = Path.of("../python");

  @TempDir Path folder;

  @Test
  void readsWhatJavaWrites() throws Exception {
    SmallWorld world = SmallWorld.make(folder.resolve("world"), 41);
    for (Convention convention : List.of(Convention.EXACT, Convention.PAPER, Convention.LITE)) {
      Dissection dissection =
          world.dissect(
              convention.toString(),
              convention,
              ReceptiveField.square(-4, 15, 8),
              new InputSize(SmallWorld.HEIGHT, SmallWorld.WIDTH),
              "one",
              "two/<b>");
      if (convention == Convention.LITE) {
        MadeUpTrust.write(dissection);
        MadeUpMeasures.write(dissection);
      }
      Path expected = folder.resolve("expected.json");
      Files.writeString(expected, Json.pretty(expected(dissection)));
      String said =
          Python.run(
              List.of("numpy"),
              PYTHON.resolve("tests/check_result.py"),
              dissection.folder(),
              expected);
      assertEquals("the reader agrees", said.strip(), convention.toString());
    }
  }

  private static Map<String, Object> expected(Dissection dissection) throws IOException {
    List<Object> layers = new ArrayList<>();
    for (LayerDissection layer : dissection.layers()) {
      List<Object> units = new ArrayList<>();
      try (HitTable hits = layer.hits();
          ActivationMaps maps = layer.maps();
          PeakActivations peaks = layer.peaks()) {
        for (UnitScore unit : layer.units()) {
          long[] pixels = new long[1];
          hits.read(unit.unit(), (image, region, n) -> pixels[0] += n);
          long[] cells = new long[1];
          double[] sum = new double[1];
          maps.read(
              unit.unit(),
              (image, n, index, value) -> {
                cells[0] += n;
                for (int c = 0; c < n; c++) {
                  sum[0] += value[c];
                }
              });
          Map<String, Object> about = new LinkedHashMap<>();
          about.put("label", unit.label().label());
          about.put("iou", unit.label().iou());
          about.put("maskPixels", pixels[0]);
          about.put("values", layer.result().valuesPerUnit());
          about.put("cells", cells[0]);
          about.put("sum", sum[0]);
          about.put("peaks", peaks.read(unit.unit()));
          units.add(about);
        }
      }
      Map<String, Object> about = new LinkedHashMap<>();
      about.put("name", layer.layer().name());
      about.put("mask", List.of(SmallWorld.HEIGHT / 2, SmallWorld.WIDTH / 2));
      about.put("input", List.of(SmallWorld.HEIGHT, SmallWorld.WIDTH));
      about.put("units", units);
      TrustTable trust = TrustTable.read(dissection, layer);
      about.put(
          "beyondChance",
          trust == null ? List.of() : trust.best().stream().map(trust::beyondChance).toList());
      MeasureTable measures = MeasureTable.read(dissection, layer);
      if (measures != null) {
        about.put("f1", measures.scores().stream().map(MeasureScore::f1).toList());
        about.put("clarity", measures.meanings().stream().map(UnitMeaning::clarity).toList());
      }
      layers.add(about);
    }
    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("images", dissection.images());
    expected.put("categories", dissection.categories());
    expected.put("layers", layers);
    return expected;
  }
}
