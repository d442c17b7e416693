package org.netdissect.datasets.broden.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.netdissect.base.Digests;
import org.netdissect.base.Shared;
import org.netdissect.base.tables.CsvTable;
import org.netdissect.base.tables.Problems;

/** Names, numbers and the sampling of maps. */
class NamingTest {
  private static final Synonyms SYNONYMS = new Synonyms();

  @Test
  void synonyms() {
    assertEquals(List.of("tree"), SYNONYMS.of(List.of("tree")));
    assertEquals(
        List.of("car", "auto", "motorcar"),
        SYNONYMS.of(List.of("car", "auto", "machine", "motorcar")));
    assertEquals(List.of("leg"), SYNONYMS.of(List.of("left leg")));
    assertEquals(List.of("bicycle", "bike", "cycle"), SYNONYMS.of(List.of("bicycle", "wheel")));
    assertEquals(
        List.of("airplane", "aeroplane", "plane"), SYNONYMS.of(List.of("airplane", "plane")));
    assertEquals(List.of("fabric", "textile", "cloth"), SYNONYMS.of(List.of("textile", "cloth")));
    assertEquals(List.of("head", "caput"), SYNONYMS.of(List.of("caput")));
  }

  private final SortedMap<SourceLabel, Extent> extents = new TreeMap<>();
  private final Map<SourceLabel, List<String>> called = new HashMap<>();

  private SourceLabel label(Kind kind, int code, int images, double share, String... names) {
    SourceLabel label = new SourceLabel("s", kind, code);
    Extent extent = new Extent();
    for (int i = 0; i < images; i++) {
      extent.add(share);
    }
    extents.put(label, extent);
    called.put(label, List.of(names));
    return label;
  }

  @Test
  void labelsClaimNamesByFrequencyAndMergeBySize() throws IOException {
    SourceLabel sky = label(Kind.OBJECT, 1, 20, 0.5, "Sky");
    SourceLabel cloud = label(Kind.OBJECT, 2, 15, 0.1, "cloud", "sky");
    SourceLabel heaven = label(Kind.PART, 1, 12, 0.2, "sky", "cloud");
    SourceLabel nothing = label(Kind.PART, 2, 30, 0.5, "-", "");
    SourceLabel wood = label(Kind.MATERIAL, 1, 5, 0.5, "wood");
    SourceLabel forest = label(Kind.OBJECT, 3, 5, 0.5, "wood");
    LabelNames names = new LabelNames(extents, called::get, SYNONYMS);
    assertEquals("sky", names.name(sky));
    assertEquals("cloud", names.name(cloud));
    assertEquals("cloud", names.name(heaven), "0.2 is nearer to 0.1 than to 0.5");
    assertEquals("-", names.name(nothing));
    assertEquals("wood", names.name(forest));
    LabelNumbers numbers = new LabelNumbers(names, 10, 4.5);
    assertEquals(List.of("sky"), List.of(numbers.name(1)));
    assertEquals(1, numbers.number(sky));
    assertEquals(0, numbers.number(cloud), "covers 3.9");
    numbers = new LabelNumbers(names, 10, 0.5);
    assertEquals("cloud", numbers.name(1), "27 images");
    assertEquals(3, numbers.count(), "wood has 10 images of two categories");
    assertEquals(3, numbers.number(wood));
  }

  @Test
  void partsOfPascal() throws IOException {
    PartTable parts = new PartTable(Sample.shared("sources/pascal/part/part2ind.m"));
    assertEquals(parts.code(8, "lfleg"), parts.code(8, "rbleg"));
    assertEquals("leg", parts.name(parts.code(8, "lfleg")));
    assertTrue(parts.code(8, "lfleg") != parts.code(12, "lfleg"), "cat and dog");
    assertEquals("muzzle", parts.name(parts.code(12, "muzzle")));
    assertEquals("hoof", parts.name(parts.code(13, "rfho")));
    assertEquals("", parts.name(parts.code(7, "leftside")));
    assertEquals("roof", parts.name(parts.code(6, "roofside")));
    assertEquals("silhouette", parts.name(parts.code(4, "silhouette")));
    assertEquals("coach", parts.name(parts.code(19, "cleftside_10")));
    assertEquals("head roof", parts.name(parts.code(19, "hroofside")));
    assertEquals("engine", parts.name(parts.code(1, "engine_3")));
    assertEquals(0, parts.code(1, "engine_11"));
  }

  @Test
  void nearestPixelsOfTheCornerAlignedGrid() {
    assertEquals("[0, 2, 5, 7, 9]", Arrays.toString(CodeMap.places(10, 5, true)));
    assertEquals("[0, 3, 6, 9]", Arrays.toString(CodeMap.places(10, 4, true)));
    assertEquals("[0, 0, 1, 1, 2, 2, 3, 3]", Arrays.toString(CodeMap.places(4, 8, true)));
    assertEquals(-1, CodeMap.places(500, 113, true)[112]);
    assertEquals(499, CodeMap.places(500, 113, false)[112]);
    Map<Integer, Integer> blanked = new TreeMap<>();
    for (int to : new int[] {112, 113, 192}) {
      for (int from = 1; from < 1400; from++) {
        blanked.merge(to, CodeMap.places(from, to, true)[to - 1] < 0 ? 1 : 0, Integer::sum);
      }
    }
    assertEquals(Map.of(112, 53, 113, 36, 192, 80), blanked);
  }

  @Test
  void numbersAsPython2WritesThem() {
    assertEquals("5.0", BrodenTables.significant(5));
    assertEquals("0.072324006444", BrodenTables.significant(0.07232400644400001));
    assertEquals("4.35e-05", BrodenTables.significant(4.35e-5));
    assertEquals("59250.1234568", BrodenTables.significant(59250.12345678));
  }

  /**
   * The real index of 2016: its texts by their digests, and the scenes that stay are those of the
   * released Broden, in as many images.
   */
  @Test
  void scenesOfTheRealIndex() throws IOException {
    Path file = Sample.shared("real/index_ade20k.mat");
    Map<String, String> facts = new HashMap<>();
    try (CsvTable table = CsvTable.open(Sample.shared("real/facts.csv"), "what", "value")) {
      table.forEach(Problems.STOP, row -> facts.put(row.get("what"), row.get("value")));
    }
    MatlabValue index =
        MatlabValue.read(
            file, "index", Set.of("filename", "folder", "scene", "objectnames"), 1 << 28);
    for (String field : List.of("filename", "folder", "scene", "objectnames")) {
      String text = String.join("\n", index.field(field).texts());
      assertEquals(
          facts.get("index_ade20k.mat " + field + ": sha256 of the entries joined by LF (UTF-8)"),
          Digests.sha256Hex(text.getBytes(StandardCharsets.UTF_8)));
    }
    Map<String, Integer> expected = new TreeMap<>();
    try (CsvTable table = CsvTable.open(Sample.shared("real/ade20k_scene_numbers.csv"))) {
      table.forEach(
          Problems.STOP, row -> expected.put(row.get("name"), row.integer("images", 0, 1 << 20)));
    }
    List<String> sceneOf = index.field("scene").texts();
    Scenes scenes = new Scenes(sceneOf);
    for (String scene : sceneOf) {
      extents
          .computeIfAbsent(
              new SourceLabel("ade20k", Kind.SCENE, scenes.code(scene)), l -> new Extent())
          .add(1);
    }
    LabelNames names = new LabelNames(extents, label -> scenes.names(label.code()), SYNONYMS);
    LabelNumbers numbers = new LabelNumbers(names, 10, 0.5);
    Map<String, Integer> got = new TreeMap<>();
    extents.forEach(
        (label, extent) -> {
          if (numbers.number(label) > 0) {
            got.merge(names.name(label), extent.images(), Integer::sum);
          }
        });
    assertEquals(expected, got);
    scenesOfTheReleasedRows(sceneOf, scenes, numbers, index.field("filename").texts());
  }

  /** Each row's cell: empty, "0", or the number whose name is the scene's. */
  private static void scenesOfTheReleasedRows(
      List<String> sceneOf, Scenes scenes, LabelNumbers numbers, List<String> files)
      throws IOException {
    Map<String, String> released = new HashMap<>();
    try (CsvTable table = CsvTable.open(Sample.shared("real/ade20k_scene_numbers.csv"))) {
      table.forEach(Problems.STOP, row -> released.put(row.get("number"), row.get("name")));
    }
    Map<String, String> cells = new HashMap<>();
    try (CsvTable table = CsvTable.open(Shared.path("oracles/official/index_ade20k_224.csv"))) {
      table.forEach(Problems.STOP, row -> cells.put(row.get("image"), row.get("scene")));
    }
    for (int i = 0; i < files.size(); i++) {
      int code = scenes.code(sceneOf.get(i));
      int number = numbers.number(new SourceLabel("ade20k", Kind.SCENE, code));
      String cell = String.valueOf(cells.get("ade20k/" + files.get(i)));
      assertEquals(
          code == 0 ? "" : number == 0 ? "0" : numbers.name(number),
          released.getOrDefault(cell, cell),
          files.get(i));
    }
  }
}
