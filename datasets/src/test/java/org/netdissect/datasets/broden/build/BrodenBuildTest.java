package org.netdissect.datasets.broden.build;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netdissect.base.Digests;
import org.netdissect.base.Limits;
import org.netdissect.base.Progress;
import org.netdissect.base.Python;
import org.netdissect.base.Shared;
import org.netdissect.base.tables.CsvTable;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.ImageRow;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.datasets.check.DatasetVerifier;
import org.netdissect.datasets.check.Finding;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Splits;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Png;

/** Against what an independent implementation built of the same sources. */
class BrodenBuildTest {
  @TempDir Path temp;

  private static List<CsvTable.Row> rows(Path file) throws IOException {
    List<CsvTable.Row> rows = new ArrayList<>();
    try (CsvTable table = CsvTable.open(file)) {
      table.forEach(Problems.STOP, rows::add);
    }
    return rows;
  }

  /** All tables of the expected folder, but those that say what to compare. */
  private static List<Path> tables(Path expected) throws IOException {
    try (Stream<Path> files = Files.list(expected)) {
      return files
          .filter(file -> file.toString().matches(".*\\.(csv|txt)"))
          .filter(file -> !file.endsWith("masks.csv") && !file.endsWith("photos.csv"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "224, false, 2, 0.02, expected-224-clamp, expected-224-clamp",
    "224, true, 2, 0.02, expected-224-clamp, expected-224-blank",
    "227, false, 2, 0.02, expected-227-clamp, expected-227-clamp",
    "227, true, 2, 0.02, expected-227-clamp, expected-227-blank",
    "224, false, 10, 0.5, expected-224-default,",
    "224, false, 1, 0, expected-224-all,"
  })
  void tablesToTheByteAndMasksToThePixel(
      int size, boolean compat, int images, double coverage, String tables, String masks)
      throws IOException {
    Path out = temp.resolve("broden");
    BrodenBuild.Result result = Sample.build(out, Sample.options(size, compat, images, coverage));
    assertEquals(51, result.images());
    assertEquals(0, result.leftOut());
    List<Path> expected = tables(Sample.shared(tables));
    for (Path table : expected) {
      assertEquals(
          Files.readString(table), Files.readString(out.resolve(table.getFileName())), tables);
    }
    List<Path> got = tables(out);
    assertEquals(expected.size() + 1, got.size(), "and README.txt: " + got);
    if (masks == null) {
      return;
    }
    List<CsvTable.Row> all = rows(Sample.shared(masks).resolve("masks.csv"));
    for (CsvTable.Row row : all) {
      assertEquals(row.get("sha256"), maskDigest(out.resolve("images"), row.get("file")));
    }
    try (Stream<Path> files = Files.walk(out.resolve("images"))) {
      assertEquals(all.size(), files.filter(file -> file.toString().endsWith(".png")).count());
    }
  }

  private static String maskDigest(Path images, String name) throws IOException {
    Png png = Png.decode(Files.readAllBytes(images.resolve(name)), name, Limits.MASK_PIXELS);
    assertEquals(3, png.channels);
    byte[] labels = new byte[2 * png.height * png.width];
    for (int i = 0; i < labels.length / 2; i++) {
      labels[2 * i] = png.samples[3 * i];
      labels[2 * i + 1] = png.samples[3 * i + 1];
      assertEquals(0, png.samples[3 * i + 2]);
    }
    return Digests.sha256Hex(labels);
  }

  /**
   * Decoded and resized as Pillow does, to the bit. Encoding at the quality that the original used
   * changes values by 3.3 on average, whether this encoder does it or Pillow's.
   */
  @Test
  void photographs() throws IOException {
    Path out = temp.resolve("broden");
    Sample.build(out, Sample.options(224, false, 10, 0.5));
    BuildPlan plan = new BuildPlan(Sample.sources(Sample.shared("sources")).open(1, Progress.NONE));
    double difference = 0;
    int images = 0;
    List<CsvTable.Row> rows = rows(Sample.shared("expected-224-clamp/photos.csv"));
    for (int i = 0; i < plan.size(); i++) {
      String name = plan.name(i);
      CsvTable.Row row =
          rows.stream().filter(r -> r.get("image").equals(name)).findFirst().orElseThrow();
      Photographs.Photograph photo = Photographs.read(plan.source(i).photograph(plan.inSource(i)));
      assertEquals(row.get("sha256_decoded"), Digests.sha256Hex(photo.rgb()), name);
      Photographs.Photograph resized = photo.resized(224, 224);
      assertEquals(row.get("sha256_resized"), Digests.sha256Hex(resized.rgb()), name);
      Photographs.Photograph written = Photographs.read(out.resolve("images").resolve(name));
      assertEquals(224, written.height());
      double sum = 0;
      for (int k = 0; k < written.rgb().length; k++) {
        sum += Math.abs((written.rgb()[k] & 0xff) - (resized.rgb()[k] & 0xff));
      }
      sum /= written.rgb().length;
      assertTrue(sum < 8, name + ": " + sum);
      difference += sum;
      images++;
    }
    assertEquals(51, images);
    assertTrue(difference / images < 3.4, "mean difference " + difference / images);
  }

  @Test
  void anySubsetOfTheSources() throws IOException {
    Path sources = Sample.shared("sources");
    Path out = temp.resolve("textures");
    BrodenBuild.build(
        new BrodenSources(null, sources.resolve("dtd/dtd-r1.0.1"), null, List.of()),
        out,
        Sample.options(64, false, 1, 0),
        Progress.NONE);
    BrodenDataset data = BrodenDataset.open(out);
    assertEquals(12, data.images().size());
    assertEquals(
        List.of("color", "texture"),
        data.vocabulary().categories().stream().map(c -> c.name()).toList());
    Path apart = temp.resolve("pascal");
    BrodenBuild.build(
        new BrodenSources(
            null,
            null,
            null,
            List.of(
                sources.resolve("pascal/VOC2010"),
                sources.resolve("pascal/context"),
                sources.resolve("pascal/part"))),
        apart,
        Sample.options(64, false, 1, 0),
        Progress.NONE);
    assertEquals(19, BrodenDataset.open(apart).images().size());
  }

  /** The three photographs that both releases have get the same labels from both. */
  @Test
  void theReleaseOf2021SaysTheSame() throws IOException {
    Path out = temp.resolve("2021");
    BrodenBuild.build(
        new BrodenSources(Sample.shared("sources/ade20k-2021"), null, null, List.of()),
        out,
        Sample.options(224, false, 1, 0),
        Progress.NONE);
    Path all = temp.resolve("2016");
    BrodenBuild.build(
        new BrodenSources(Sample.shared("sources/ade20k"), null, null, List.of()),
        all,
        Sample.options(224, false, 1, 0),
        Progress.NONE);
    BrodenDataset newer = BrodenDataset.open(out);
    BrodenDataset older = BrodenDataset.open(all);
    assertEquals(3, newer.images().size());
    for (var row : newer.images()) {
      var same =
          older.images().stream()
              .filter(r -> r.name().equals(row.name()))
              .findFirst()
              .orElseThrow();
      assertEquals(row.split(), same.split());
      assertArrayEquals(names(newer, row), names(older, same), row.name());
    }
  }

  /** The names of all labels of all pixels of all maps, and of the whole image. */
  private static String[] names(BrodenDataset data, ImageRow row) throws IOException {
    List<String> names = new ArrayList<>();
    var image = data.annotate(row);
    for (var map : image.maps()) {
      for (char label : map.labels()) {
        names.add(data.vocabulary().concept(label).name());
      }
    }
    image.wholeLabels().forEach(w -> names.add(data.vocabulary().concept(w.number()).name()));
    return names.toArray(String[]::new);
  }

  @Test
  void theResultIsADataSetWithoutFault() throws IOException {
    Path out = temp.resolve("broden");
    Sample.build(out, Sample.options(224, false, 2, 0.02));
    List<Finding> findings = new ArrayList<>();
    DatasetVerifier.verify(out, DatasetOptions.defaults(), 1, findings::add, Progress.NONE);
    assertTrue(findings.stream().noneMatch(Finding::serious), findings.toString());
    assertFalse(Files.exists(out.resolve(".netdissect-unfinished")));
    assertFalse(Files.exists(out.resolve(".netdissect-drafts")));
    assertEquals(71, BrodenDataset.open(out).vocabulary().maxNumber());
  }

  /**
   * The rules by which the original and NetDissect-Lite read a folder, followed to the letter:
   * cells, files, a dense table of labels, codes of categories.
   */
  @Test
  void theOriginalsReadingRulesHold() throws IOException {
    Path out = temp.resolve("broden");
    Sample.build(out, Sample.options(227, false, 2, 0.02));
    List<String> categories =
        rows(out.resolve("category.csv")).stream().map(row -> row.get("name")).toList();
    int last = 0;
    for (CsvTable.Row row : rows(out.resolve("label.csv"))) {
      assertEquals(++last, row.integer("number", 1, 71));
    }
    for (String category : categories) {
      int code = 0;
      for (CsvTable.Row row : rows(out.resolve("c_" + category + ".csv"))) {
        assertEquals(++code, row.integer("code", 1, last));
        assertTrue(row.integer("number", 1, last) > 0);
      }
    }
    int withData = 0;
    for (CsvTable.Row row : rows(out.resolve("index.csv"))) {
      assertEquals(227, Photographs.read(out.resolve("images/" + row.get("image"))).width());
      assertEquals("113", row.get("sh"));
      boolean any = false;
      for (String category : categories) {
        for (String part : row.get(category).split(";")) {
          any |= part.matches("[0-9]+") ? Integer.parseInt(part) > 0 : !part.isEmpty();
          if (part.matches("[0-9]+")) {
            assertTrue(Integer.parseInt(part) <= last, part);
          } else if (!part.isEmpty()) {
            Png png =
                Png.decode(
                    Files.readAllBytes(out.resolve("images/" + part)), part, Limits.MASK_PIXELS);
            assertEquals(113, png.height);
            for (int i = 0; i < png.samples.length; i += 3) {
              int label = (png.samples[i] & 0xff) + 256 * (png.samples[i + 1] & 0xff);
              assertTrue(label <= last, part);
            }
          }
        }
      }
      withData += any ? 1 : 0;
    }
    assertEquals(51, withData);
  }

  /**
   * A reading that shares no line with this project, by the rules of NetDissect-Lite's: it finds
   * every label table, code and split, and decodes the masks to the pixels that are expected.
   */
  @Test
  void readByPython() throws Exception {
    Path out = temp.resolve("broden");
    Sample.build(out, Sample.options(224, false, 2, 0.02));
    String said = Python.run(List.of("numpy", "PIL"), "src/test/python/read_broden.py", out);
    List<String> lines = said.lines().toList();
    assertEquals("51 images, 71 labels, 6 categories", lines.get(0), said);
    List<String> masks = lines.subList(1, lines.size());
    List<String> expected = new ArrayList<>();
    for (CsvTable.Row row : rows(Sample.shared("expected-224-clamp/masks.csv"))) {
      expected.add(row.get("file") + " " + row.get("sha256"));
    }
    assertEquals(expected.stream().sorted().toList(), masks.stream().sorted().toList());
  }

  /** Order and split of all images of ADE20K in the released Broden. */
  @Test
  void orderAndSplitOfTheRealIndex() throws IOException {
    long before = Long.MIN_VALUE;
    int rows = 0;
    for (CsvTable.Row row : rows(Shared.path("oracles/official/index_ade20k_224.csv"))) {
      long hash = Splits.hash(row.get("image"));
      assertTrue((hash ^ Long.MIN_VALUE) >= before, row.get("image"));
      before = hash ^ Long.MIN_VALUE;
      assertEquals(row.get("split"), Splits.ofHash(hash), row.get("image"));
      rows++;
    }
    assertEquals(22_210, rows);
  }
}
