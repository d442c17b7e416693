package org.netdissect.analysis.formulas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.formulas.Formula.Operator;
import org.netdissect.base.Npy;
import org.netdissect.base.Progress;
import org.netdissect.base.Shared;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.concepts.atlas.LabelSets;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.MadeUpData;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.Dissection;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.FormulaTable;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerDissection;

/** Formulas against the exhaustive oracle and against every formula tried on small cases. */
class FormulaTest {
  @TempDir Path folder;

  private LabelledResult dissect(
      ConceptDataset data,
      Path maps,
      List<String> names,
      ReceptiveField field,
      InputSize input,
      String quantile,
      String out)
      throws IOException {
    Dissection result =
        Dissector.builder()
            .setRecorded(
                new RecordedActivations(
                    List.of(new RecordedActivations.Maps("layer", maps, field)), names, input))
            .setData(data)
            .setOut(folder.resolve(out))
            .optQuantile(Quantile.of(quantile))
            .optCache(folder.resolve("cache"))
            .build()
            .run();
    return LabelledResult.open(
        result, data, AtlasOptions.defaults().withCache(folder.resolve("cache")), Progress.NONE);
  }

  private static FormulaOptions options(int length, boolean optimal, int beam, int workers) {
    FormulaOptions options =
        FormulaOptions.defaults()
            .withLength(length)
            .withTimeLimit(Duration.ofMinutes(10))
            .withWorkers(workers);
    return optimal ? options : options.withBeam(beam);
  }

  @Test
  void realActivationsAsByExhaustiveSearch() throws IOException {
    Path tiny = Shared.path("oracles/tiny");
    Path oracle = Shared.path("oracles/formulas/tiny.csv");
    try (LabelledResult data =
        dissect(
            BrodenDataset.open(Shared.path("data/minibroden-224")),
            tiny.resolve("activations.npy"),
            Files.readAllLines(tiny.resolve("images.txt")),
            ReceptiveField.square(-88, 207, 16),
            new InputSize(224, 224),
            "0.005",
            "out")) {
      LayerDissection layer = data.dissection().layers().get(0);
      FormulaSearch search = FormulaSearch.in(data);
      List<FormulaScore> scores = search.search(layer, options(3, true, 10, 2), Progress.NONE);
      List<String> found = new ArrayList<>();
      for (FormulaScore score : scores) {
        assertTrue(score.proven(), "unit " + score.unit() + " length " + score.length());
        found.add(
            score.unit()
                + ","
                + score.length()
                + ","
                + score.intersect()
                + ","
                + score.pixels()
                + ","
                + score.mask());
      }
      List<String> wanted = new ArrayList<>();
      for (String line : Files.readAllLines(oracle).subList(1, 97)) {
        String[] cells = line.split(",");
        wanted.add(cells[0] + "," + cells[1] + "," + cells[3] + "," + cells[4] + "," + cells[5]);
      }
      assertEquals(wanted, found);
      assertEquals(
          FormulaTable.csv(scores),
          FormulaTable.csv(search.search(layer, options(3, true, 3, 1), Progress.NONE)),
          "neither the beam's width nor the workers show");
      FormulaScore best = scores.get(2);
      FormulaScore evaluated =
          search.evaluate(layer, best.formula(), Progress.NONE).get(best.unit());
      assertEquals(best.intersect(), evaluated.intersect());
      assertEquals(best.pixels(), evaluated.pixels());
    }
  }

  @Test
  void provenIsTheBestOfAllOnSmallCases() throws IOException {
    for (long seed = 1; seed <= 200; seed++) {
      Random random = new Random(seed);
      int images = 6 + random.nextInt(6);
      int units = 3;
      int side = 3;
      float[] maps = new float[images * units * side * side];
      for (int i = 0; i < maps.length; i++) {
        maps[i] = (float) random.nextGaussian();
      }
      MadeUpData made = new MadeUpData(seed, images, 16, 16, folder);
      Path file = Npy.write(folder.resolve("m.npy"), maps, images, units, side, side);
      try (LabelledResult data =
          dissect(
              made,
              file,
              made.rows.stream().map(row -> row.name()).toList(),
              ReceptiveField.square(-4, 12, 5),
              new InputSize(16, 16),
              "0.2",
              "out" + seed)) {
        LayerDissection layer = data.dissection().layers().get(0);
        FormulaSearch search = FormulaSearch.in(data);
        List<FormulaScore> scores = search.search(layer, options(3, true, 2, 1), Progress.NONE);
        List<FormulaScore> rushed =
            search.search(
                layer,
                new int[] {0, 1, 2},
                options(3, true, 1, 1).withTimeLimit(Duration.ofNanos(1)),
                Progress.NONE);
        List<FormulaScore> beam = search.search(layer, options(4, false, 3, 1), Progress.NONE);
        FormulaSpace space = FormulaSpace.of(data, List.of());
        UnitSets unit = new UnitSets(space.sets());
        try (HitTable hits = layer.hits()) {
          for (int u = 0; u < units; u++) {
            int number = u;
            unit.read(visitor -> hits.read(number, space.sets()::regions, visitor));
            for (int length = 1; length <= 3; length++) {
              FormulaScore score = scores.get(3 * u + length - 1);
              Found found = exhaustive(space, unit, length);
              double best = found == null ? 0 : found.iou();
              String what = "seed " + seed + ", unit " + u + ", length " + length;
              assertEquals(best, score.iou(), 1e-15, what + ": " + score.formula());
              assertTrue(score.proven(), what);
              if (best > 0) {
                assertEquals(found.formula().text(space.concepts()::text), score.formula(), what);
              }
              assertTrue(rushed.get(3 * u + length - 1).bound() >= best - 1e-15, what);
              assertTrue(beam.get(4 * u + length - 1).iou() <= best + 1e-15, what);
              assertTrue(beam.get(4 * u + length - 1).bound() >= best - 1e-15, what);
            }
          }
        }
      }
    }
  }

  /** A formula and the sets that it holds for. */
  private record Tried(Formula formula, boolean[] holds) {}

  /**
   * The best of all left-deep formulas of at most so many concepts, counted set by set; of equal
   * ones the shorter, then the one whose text comes first.
   */
  private static Found exhaustive(FormulaSpace space, UnitSets unit, int length) {
    LabelSets sets = space.sets();
    List<Tried> formulas = new ArrayList<>();
    for (int c = 0; c < sets.concepts(); c++) {
      formulas.add(new Tried(Formula.of(c), holds(sets, c)));
    }
    List<Tried> singles = List.copyOf(formulas);
    Found best = null;
    for (int l = 1; l <= length; l++) {
      for (Tried tried : formulas) {
        Found found = count(tried, sets, unit);
        if (best == null || isBetter(found, best, space.concepts())) {
          best = found;
        }
      }
      List<Tried> next = new ArrayList<>();
      for (Tried left : formulas) {
        for (int c = 0; c < singles.size() && l < length; c++) {
          boolean[] right = singles.get(c).holds();
          for (Operator operator : Operator.values()) {
            boolean[] joined = new boolean[right.length];
            for (int s = 0; s < joined.length; s++) {
              joined[s] =
                  switch (operator) {
                    case OR -> left.holds()[s] || right[s];
                    case AND -> left.holds()[s] && right[s];
                    case AND_NOT -> left.holds()[s] && !right[s];
                  };
            }
            next.add(new Tried(left.formula().with(operator, c), joined));
          }
        }
      }
      formulas = next;
    }
    return best;
  }

  private static boolean isBetter(Found found, Found best, ConceptIndex concepts) {
    int order =
        Found.compare(
            found.intersection(), found.mask() + found.pixels() - found.intersection(), best);
    if (order != 0) {
      return order > 0;
    }
    int longer = found.formula().length() - best.formula().length();
    return longer != 0
        ? longer < 0
        : found.formula().text(concepts::text).compareTo(best.formula().text(concepts::text)) < 0;
  }

  private static boolean[] holds(LabelSets sets, int concept) {
    boolean[] holds = new boolean[sets.size()];
    for (int s = 0; s < holds.length; s++) {
      for (int m = sets.start(s); m < sets.start(s + 1); m++) {
        holds[s] |= sets.member(m) == concept;
      }
    }
    return holds;
  }

  private static Found count(Tried tried, LabelSets sets, UnitSets unit) {
    long with = 0;
    long pixels = 0;
    for (int s = 0; s < tried.holds().length; s++) {
      if (tried.holds()[s]) {
        with += unit.hits(s);
        pixels += sets.pixels(s);
      }
    }
    return new Found(tried.formula(), with, pixels, unit.mask);
  }

  @Test
  void formulasAreReadAsTheyAreWritten() throws IOException {
    MadeUpData made = new MadeUpData(11, 20, 16, 16, folder);
    float[] maps = new float[20 * 9];
    for (int i = 0; i < maps.length; i++) {
      maps[i] = i % 17;
    }
    try (LabelledResult data =
        dissect(
            made,
            Npy.write(folder.resolve("m.npy"), maps, 20, 1, 3, 3),
            made.rows.stream().map(row -> row.name()).toList(),
            ReceptiveField.UNKNOWN,
            new InputSize(16, 16),
            "0.2",
            "out")) {
      ConceptIndex concepts = new ConceptIndex(data, List.of());
      String a = concepts.text(0);
      String b = concepts.text(1);
      assertEquals(
          "(" + a + " AND NOT (" + a + " OR " + b + "))",
          FormulaParser.parse(concepts, a + " and not (" + a + " | " + b + ")")
              .text(concepts::text));
      assertEquals(
          "(" + a + " OR (" + b + " AND " + a + "))",
          FormulaParser.parse(concepts, a + " OR " + b + " AND " + a).text(concepts::text));
      assertEquals("\"a \"\"b\"\" OR\"", Formula.quoted("a \"b\" OR"));
      assertEquals("\"or\"", Formula.quoted("or"));
      for (String wrong :
          List.of(
              "",
              "(",
              a + " AND",
              a + " " + b,
              "\"" + a,
              "nothing",
              "NOT",
              "(" + a,
              "()",
              "(".repeat(500),
              "x".repeat(20_000))) {
        IllegalArgumentException refused =
            assertThrows(
                IllegalArgumentException.class, () -> FormulaParser.parse(concepts, wrong));
        assertEquals(1, refused.getMessage().lines().count(), refused.getMessage());
      }
      for (String sign : List.of("&&", "||", "XOR", "!")) {
        String foreign = a + " " + sign + " " + b;
        IllegalArgumentException refused =
            assertThrows(
                IllegalArgumentException.class, () -> FormulaParser.parse(concepts, foreign));
        assertTrue(refused.getMessage().contains("AND, OR and NOT"), refused.getMessage());
      }
    }
  }
}
