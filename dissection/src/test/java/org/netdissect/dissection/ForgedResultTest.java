package org.netdissect.dissection;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.netdissect.base.Json;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Npy;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.FileCheck;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.Seal;
import org.netdissect.base.files.SectionFile;
import org.netdissect.base.files.Trees;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.ConceptCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.HitTable;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LowMaps;
import org.netdissect.results.PeakActivations;
import org.netdissect.results.UnitScore;
import org.netdissect.results.values.ValueHistograms;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Results whose checksums are right and whose content is a lie: refused by the name of the file,
 * before memory is taken for what they claim.
 */
class ForgedResultTest {
  /** Names of classes, and what a parser says of its settings. */
  private static final Pattern FOREIGN =
      Pattern.compile("org\\.netdissect|java\\.|REDACTED|Jackson|Exception|\\$");

  private static final int IMAGES = 60;
  private static final int UNITS = 5;
  private static final int SIDE = 7;

  @TempDir Path folder;
  private MadeUpData data;
  private Path out;

  @BeforeEach
  void run() throws IOException {
    data = new MadeUpData(3, IMAGES, 32, 32, folder);
    Random random = new Random(3);
    float[] maps = new float[IMAGES * UNITS * SIDE * SIDE];
    for (int i = 0; i < maps.length; i++) {
      maps[i] = (float) Math.max(0, random.nextGaussian());
    }
    Path file = Npy.write(folder.resolve("maps.npy"), maps, IMAGES, UNITS, SIDE, SIDE);
    out = folder.resolve("out");
    Dissector.builder()
        .setRecorded(
            new RecordedActivations(
                List.of(
                    new RecordedActivations.Maps("maps", file, ReceptiveField.square(-4, 12, 4))),
                data.rows.stream().map(ImageRow::name).toList(),
                new InputSize(32, 32)))
        .setData(data)
        .setOut(out)
        .optCache(folder.resolve("cache"))
        .optPeaks(true)
        .optKeepQuantile(Quantile.of("0.1"))
        .build()
        .run();
  }

  private void forge(Consumer<ObjectNode> change) throws IOException {
    Path file = out.resolve(Dissection.FILE);
    ObjectNode root = (ObjectNode) Json.mapper().readTree(Seal.open(Files.readAllBytes(file)));
    change.accept(root);
    Files.writeString(file, Seal.seal(Json.pretty(root)));
  }

  private void refused(String file) {
    NetdissectException e = assertThrows(NetdissectException.class, () -> Dissection.open(out));
    assertTrue(e.getMessage().contains(out.resolve(file).toString()), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "/images/chosen, -1",
    "/images/chosen, 2147483647",
    "/images/read, -1",
    "/images/read, 61",
    "/images/unreadable, null",
    "/layers, []",
    "/layers, null",
    "/layers/0, null",
    "/layers/0/layer, null",
    "/layers/0/layer/height, 2147483647",
    "/layers/0/layer/height, 30000",
    "/layers/0/layer/width, 0",
    "/layers/0/layer/units, -5",
    "/layers/0/layer/units, 2147483647",
    "/layers/0/layer/folder, '\"../maps\"'",
    "/layers/0/layer/folder, null",
    "/layers/0/valuesPerUnit, 1",
    "/layers/0/emptyMasks, [5]",
    "/layers/0/inactive, [null]",
    "/layers/0/emptyMasks, null",
    "/data, null",
    "/data/name, null",
    "/data/categories, '[\"a\", \"a\"]'",
    "/network, null",
    "/network/inputHeight, -3",
    "/rules, null",
    "/rules/iou, 7",
    "/rules/convention, '\"other\"'",
    "/rules/convention, null",
    "/rules/quantile, '\"abc\"'",
    "/rules/quantile, '\"1e999999999\"'",
    "/rules/quantile, '\"0.000\"'",
    "/rules/quantile, '\"1\"'",
    "/rules/quantile, '\"0.0000000000001\"'",
    "/network/preprocessing, '{\"channels\":\"RGB\",\"scale\":1e999,\"mean\":[0],\"std\":[1]}'",
    "/network/preprocessing, '{\"channels\":\"RGB\",\"scale\":1,\"mean\":[1e999],\"std\":[1]}'",
    "/network/preprocessing, '{\"channels\":\"RGB\",\"scale\":1,\"mean\":[0],\"std\":[null]}'",
    "/network/preprocessing, '{\"channels\":\"RGB\",\"scale\":1,\"mean\":[0],\"std\":[0]}'",
    "/network/preprocessing, '{\"channels\":\"RGB\",\"scale\":0,\"mean\":[0],\"std\":[1]}'",
    "/network/preprocessing, '{\"channels\":\"RGB\",\"scale\":1,\"mean\":[0],\"std\":[1,1,1]}'",
    "/network/preprocessing, '{\"channels\":\"RGB\",\"scale\":1,\"mean\":[],\"std\":[]}'",
    "/network/preprocessing, '{\"channels\":\"GBR\",\"scale\":1,\"mean\":[0],\"std\":[1]}'",
    "/network/preprocessing, '{\"scale\":1,\"mean\":[0],\"std\":[1]}'",
    "/layers/0/layer/kind, null",
    "/layers/0/layer/field/y/step, 0",
    "/layers/0/layer/field/y/size, -1",
    "/layers/0/layer/field/x/offset, 1e999",
    "/layers/0/layer/field/x, null",
    "/layers/0/layer/units, '\"many\"'",
    "/layers/0/layer/units, 1e300",
    "/layers/0/layer, 7",
    "/files, null",
    "/files/images.csv, null",
    "/format, 0",
    "/format, null",
    "/tool, null"
  })
  void everyFieldIsChecked(String pointer, String value) throws IOException {
    JsonNode lie = value.equals("null") ? null : Json.mapper().readTree(value);
    forge(
        root -> {
          int cut = pointer.lastIndexOf('/');
          JsonNode parent = cut == 0 ? root : root.at(pointer.substring(0, cut));
          String name = pointer.substring(cut + 1);
          if (parent instanceof ObjectNode object) {
            object.set(name, lie);
          } else {
            ((tools.jackson.databind.node.ArrayNode) parent)
                .set(Integer.parseInt(name), Json.mapper().nullNode());
          }
        });
    NetdissectException e = assertThrows(NetdissectException.class, () -> Dissection.open(out));
    assertTrue(e.getMessage().startsWith(out.toString()), e.getMessage());
    assertFalse(FOREIGN.matcher(e.getMessage()).find(), e.getMessage());
  }

  @Test
  void whatIsForgedIsNamed() throws IOException {
    forge(root -> ((ObjectNode) root.at("/layers/0/layer/field/y")).put("step", 0));
    NetdissectException e = assertThrows(NetdissectException.class, () -> Dissection.open(out));
    assertEquals(
        out.resolve(Dissection.FILE)
            + " is damaged: layers[0].layer.field.y: Not a receptive field: offset -4.0, size 12.0,"
            + " step 0.0.",
        e.getMessage());
  }

  @Test
  void aNewerFormatSaysToUpdate() throws IOException {
    forge(root -> root.put("format", 99));
    DissectionException e = assertThrows(DissectionException.class, () -> Dissection.open(out));
    assertTrue(e.getMessage().contains("update netdissect"), e.getMessage());
  }

  /** Puts something else into a text file and has the result vouch for it. */
  private void replaceText(String name, String what, String with) throws IOException {
    Path file = out.resolve(name);
    String text = Files.readString(file);
    assertTrue(text.contains(what), text);
    Files.writeString(file, text.replaceFirst(java.util.regex.Pattern.quote(what), with));
    vouch(name, FileCheck.ofText(file));
  }

  private void vouch(String name, FileCheck check) throws IOException {
    forge(root -> ((ObjectNode) root.get("files")).set(name, Json.mapper().valueToTree(check)));
  }

  @Test
  void tablesAreChecked() throws IOException {
    Path sound = Files.createDirectory(folder.resolve("sound"));
    copy(out, sound);
    for (String[] lie :
        new String[][] {
          {"images.csv", "image1.png", "image2.png"},
          {"images.csv", "number,image", "number,picture"},
          {"concepts.csv", "1,", "-1,"},
          {"concepts.csv", "1,", "x,"},
          {"concepts.csv", ",truth,", ",pixels,"},
          {"maps/units.csv", "\n1,", "\n7,"},
          {"maps/units.csv", "\n1,", "\nx,"},
          {"maps/units.csv", "-truth", "-pixels"},
        }) {
      clear(out);
      copy(sound, out);
      replaceText(lie[0], lie[1], lie[2]);
      refused(lie[0]);
    }
    clear(out);
    copy(sound, out);
    replaceText("maps/top-images.csv", "0,1,image", "0,1,nowhere");
    NetdissectException e =
        assertThrows(
            NetdissectException.class, () -> Dissection.open(out).layers().get(0).topImages());
    assertTrue(e.getMessage().contains("top-images.csv"), e.getMessage());
  }

  private static void clear(Path folder) throws IOException {
    Trees.delete(folder);
    Files.createDirectory(folder);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
  }

  /** Replaces the first unit's section of a file and has the result vouch for it. */
  private void replaceSection(String name, FileKind kind, Bytes lie) throws IOException {
    Path file = out.resolve(name);
    List<ByteBuffer> sections = new ArrayList<>();
    try (SectionFile old = SectionFile.open(file, kind, UNITS)) {
      for (int u = 0; u < UNITS; u++) {
        sections.add(old.read(u));
      }
    }
    try (SectionFile.Writer writer = new SectionFile.Writer(file, kind)) {
      writer.add(lie);
      for (ByteBuffer section : sections.subList(1, UNITS)) {
        writer.add(section);
      }
      writer.finish();
    }
    vouch(name, FileCheck.ofSections(file, kind));
  }

  private static Bytes numbers(long... numbers) {
    Bytes bytes = new Bytes(64);
    for (long number : numbers) {
      bytes.putVarint(number);
    }
    return bytes;
  }

  private interface Reading {
    void read(LayerDissection layer) throws IOException;
  }

  private void refusedWhenRead(String name, Reading reading) throws IOException {
    LayerDissection layer = Dissection.open(out).layers().get(0);
    NetdissectException e = assertThrows(NetdissectException.class, () -> reading.read(layer));
    assertTrue(e.getMessage().contains(name), e.getMessage());
  }

  @Test
  void hitsOnImagesOrRegionsThatThereAreNotAreRefused() throws IOException {
    replaceSection("maps/hits.bin", HitTable.KIND, numbers(IMAGES, 1, 0, 5));
    refusedWhenRead("hits.bin", layer -> layer.hits().read(0, (image, region, pixels) -> {}));
    replaceSection("maps/hits.bin", HitTable.KIND, numbers(0, 1, 60_000, 5));
    try (ResultAtlas atlas =
        ResultAtlas.open(
            Dissection.open(out),
            data,
            AtlasOptions.defaults().withCache(folder.resolve("cache")),
            Progress.NONE)) {
      refusedWhenRead(
          "hits.bin", layer -> layer.hits().read(0, atlas::regions, (image, region, pixels) -> {}));
    }
  }

  @Test
  void mapsCountsAndHistogramsThatCannotBeAreRefused() throws IOException {
    replaceSection("maps/maps.bin", ActivationMaps.KIND, numbers(IMAGES, 0));
    refusedWhenRead("maps.bin", layer -> layer.maps().read(0, (image, cells, index, value) -> {}));
    replaceSection("maps/counts.bin", ConceptCounts.KIND, numbers(1, 1, 1, 1, 999_999, 4));
    refusedWhenRead("counts.bin", layer -> layer.conceptCounts().read(0));
    replaceSection(
        "maps/histograms.bin", ValueHistograms.KIND, numbers(IMAGES * 49, 0, 1, 40_000, 7));
    refusedWhenRead("histograms.bin", layer -> layer.histograms().read(0, (from, to, count) -> {}));
  }

  @Test
  void peaksThatCannotBeAreRefused() throws IOException {
    replaceSection("maps/peaks.bin", PeakActivations.KIND, numbers(1));
    refusedWhenRead("peaks.bin", layer -> layer.peaks().read(0));
    Bytes endless = new Bytes(64);
    float[] peaks = new float[IMAGES];
    peaks[3] = Float.POSITIVE_INFINITY;
    PeakActivations.encode(peaks, endless);
    replaceSection("maps/peaks.bin", PeakActivations.KIND, endless);
    refusedWhenRead("peaks.bin", layer -> layer.peaks().read(0));
  }

  @Test
  void lowMapsThatCannotBeAreRefused() throws IOException {
    for (byte[] section : new byte[][] {{1, 2}, {0, 0, -64, 127}, {0, 0, 0, 0, 99, 1, 0}}) {
      Bytes forged = new Bytes(8);
      forged.put(section, 0, section.length);
      replaceSection("maps/low-maps.bin", LowMaps.KIND, forged);
      refusedWhenRead("low-maps.bin", layer -> layer.lowMaps().read(0).visit((image, map) -> {}));
    }
  }

  @Test
  void scoresCarryTheNumbersOfTheirConcepts() throws IOException {
    Dissection dissection = Dissection.open(out);
    try (ConceptCounts counts = dissection.layers().get(0).conceptCounts()) {
      for (UnitScore unit : dissection.layers().get(0).units()) {
        ConceptCounts.OfUnit of = counts.read(unit.unit());
        for (LabelScore score : unit.byCategory()) {
          if (score.intersection() == 0) {
            assertEquals(0, score.number());
            assertNull(dissection.concept(0));
            continue;
          }
          assertEquals(score.label(), dissection.concept(score.number()).name());
          assertEquals(score.category(), dissection.concept(score.number()).category());
          int at = java.util.Arrays.binarySearch(of.number(), score.number());
          assertEquals(score.intersection(), of.intersection()[at]);
        }
      }
    }
  }

  @Test
  void anotherDataSetIsNotTakenForTheResults() {
    MadeUpData other = new MadeUpData(4, IMAGES, 32, 32, folder);
    AtlasOptions options = AtlasOptions.defaults().withCache(folder.resolve("other"));
    assertThrows(
        DissectionException.class,
        () -> ResultAtlas.open(Dissection.open(out), other, options, Progress.NONE));
  }
}
