package org.netdissect.analysis.formulas;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.formulas.Formula.Operator;
import org.netdissect.base.Npy;
import org.netdissect.base.Progress;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.MadeUpData;
import org.netdissect.dissection.MemoryDataset;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.FormulaTable;
import org.netdissect.results.LayerDissection;

/** What a search for formulas must handle: pixel by pixel, odd names, ties, kills, choices. */
class FormulaRulesTest {
  private static final int SIDE = 3;
  private static final int UNITS = 4;

  /** Zero everywhere. */
  private static final int DEAD = 3;

  private static final List<String> NAMES =
      List.of("a \"b\" OR", "and", "street-s", "grey-c", "x AND NOT y", "(", "Grey", "wheel");

  @TempDir Path folder;

  /** The same data with other names; a name may stand for two concepts. */
  private static final class Renamed extends MemoryDataset {
    private final Vocabulary vocabulary;

    Renamed(MadeUpData data) {
      super(data.name(), data.folder(), data.stamp());
      rows.addAll(data.images());
      labels.addAll(data.labels);
      List<Concept> concepts = new ArrayList<>();
      for (Concept concept : data.vocabulary().concepts()) {
        String name = NAMES.get(concept.number() % NAMES.size());
        concepts.add(new Concept(concept.number(), name, List.of(), concept.coverage()));
      }
      vocabulary =
          Vocabulary.of(
              data.vocabulary().categories().stream().map(category -> category.name()).toList(),
              concepts);
    }

    @Override
    public Vocabulary vocabulary() {
      return vocabulary;
    }

    @Override
    public String key() {
      return super.key() + " renamed";
    }
  }

  private record Case(Renamed data, float[] maps, LabelledResult labelled)
      implements AutoCloseable {
    LayerDissection layer() {
      return labelled.dissection().layers().get(0);
    }

    @Override
    public void close() {
      labelled.close();
    }
  }

  private Case make(long seed, Convention convention) throws IOException {
    Random random = new Random(seed);
    int images = 8 + random.nextInt(8);
    float[] maps = new float[images * UNITS * SIDE * SIDE];
    for (int i = 0; i < maps.length; i++) {
      maps[i] = i / (SIDE * SIDE) % UNITS == DEAD ? 0 : (float) random.nextGaussian();
    }
    Renamed data = new Renamed(new MadeUpData(seed, images, 16, 16, folder));
    Path file = Npy.write(folder.resolve("m" + seed + ".npy"), maps, images, UNITS, SIDE, SIDE);
    Dissection result =
        Dissector.builder()
            .setRecorded(
                new RecordedActivations(
                    List.of(new RecordedActivations.Maps("layer", file, ReceptiveField.UNKNOWN)),
                    data.images().stream().map(ImageRow::name).toList(),
                    new InputSize(16, 16)))
            .setData(data)
            .setOut(folder.resolve("out" + seed + convention))
            .optQuantile(Quantile.of("0.2"))
            .optConvention(convention)
            .optCache(folder.resolve("cache"))
            .build()
            .run();
    return new Case(
        data,
        maps,
        LabelledResult.open(
            result,
            data,
            AtlasOptions.defaults().withCache(folder.resolve("cache")),
            Progress.NONE));
  }

  /** Intersection, formula and mask, pixel by pixel from the labels and the dense maps. */
  private static long[] slow(Case of, FormulaScore score, Formula formula, ConceptIndex concepts)
      throws IOException {
    long[] counts = new long[3];
    float threshold = of.layer().units().get(score.unit()).threshold();
    Set<String> read = new HashSet<>(of.labelled().dissection().images());
    for (ImageRow row : of.data().images()) {
      if (!read.contains(row.name())) {
        continue;
      }
      AnnotatedImage labels = of.data().annotate(row);
      int at = (row.row() * UNITS + score.unit()) * SIDE * SIDE;
      float[] map = Arrays.copyOfRange(of.maps(), at, at + SIDE * SIDE);
      for (int y = 0; y < labels.maskHeight(); y++) {
        for (int x = 0; x < labels.maskWidth(); x++) {
          boolean lit = value(map, labels, y, x) > threshold;
          boolean holds = holds(formula, concepts, labels, y * labels.maskWidth() + x);
          counts[0] += lit && holds ? 1 : 0;
          counts[1] += holds ? 1 : 0;
          counts[2] += lit ? 1 : 0;
        }
      }
    }
    return counts;
  }

  private static float value(float[] map, AnnotatedImage labels, int y, int x) {
    double atY = clamped((y + 0.5) * SIDE / labels.maskHeight() - 0.5);
    double atX = clamped((x + 0.5) * SIDE / labels.maskWidth() - 0.5);
    int y0 = Math.min(SIDE - 2, (int) atY);
    int x0 = Math.min(SIDE - 2, (int) atX);
    double fy = atY - y0;
    double fx = atX - x0;
    double upper = map[y0 * SIDE + x0] * (1 - fx) + map[y0 * SIDE + x0 + 1] * fx;
    double lower = map[(y0 + 1) * SIDE + x0] * (1 - fx) + map[(y0 + 1) * SIDE + x0 + 1] * fx;
    return (float) (upper * (1 - fy) + lower * fy);
  }

  private static double clamped(double position) {
    return Math.min(SIDE - 1, Math.max(0, position));
  }

  static boolean holds(Formula formula, ConceptIndex concepts, AnnotatedImage labels, int pixel) {
    if (formula instanceof Formula.Leaf leaf) {
      int number = concepts.number(leaf.concept);
      return labels.wholeLabels().stream().anyMatch(label -> label.number() == number)
          || labels.maps().stream().anyMatch(map -> map.labels()[pixel] == number);
    } else if (formula instanceof Formula.Node node) {
      boolean left = holds(node.left, concepts, labels, pixel);
      boolean right = holds(node.right, concepts, labels, pixel);
      return switch (node.operator) {
        case OR -> left || right;
        case AND -> left && right;
        case AND_NOT -> left && !right;
      };
    }
    return !holds(((Formula.Negation) formula).of, concepts, labels, pixel);
  }

  @Test
  void countsAreThoseOfEveryPixelAndNamesAreReadAgain() throws IOException {
    for (long seed = 300; seed < 320; seed++) {
      Convention convention = seed % 2 == 0 ? Convention.EXACT : Convention.LITE;
      try (Case made = make(seed, convention)) {
        FormulaSearch search = FormulaSearch.in(made.labelled());
        ConceptIndex concepts = new ConceptIndex(made.labelled(), List.of());
        FormulaOptions options = FormulaOptions.defaults().withLength(4).withWorkers(2);
        for (FormulaScore score : search.search(made.layer(), options, Progress.NONE)) {
          String what = "seed " + seed + ": " + score;
          if (score.formula().isEmpty()) {
            assertTrue(score.proven() && score.iou() == 0, what);
            continue;
          }
          Formula formula = FormulaParser.parse(concepts, score.formula());
          assertEquals(score.formula(), formula.text(concepts::text), what);
          assertTrue(formula.length() <= score.length(), what);
          assertArrayEquals(
              new long[] {score.intersect(), score.pixels(), score.mask()},
              slow(made, score, formula, concepts),
              what);
          assertTrue(score.bound() >= score.iou() && score.gain() >= 0, what);
          FormulaScore again =
              search.evaluate(made.layer(), score.formula(), Progress.NONE).get(score.unit());
          assertEquals(score.intersect(), again.intersect(), what);
          assertEquals(score.imageCoverage(), again.imageCoverage(), what);
        }
      }
    }
  }

  @Test
  void aDeadUnitHasNoFormulaAndThatIsProven() throws IOException {
    try (Case made = make(301, Convention.EXACT)) {
      List<FormulaScore> rows =
          FormulaSearch.in(made.labelled())
              .search(made.layer(), new int[] {DEAD}, FormulaOptions.defaults(), Progress.NONE);
      assertEquals(3, rows.size());
      for (FormulaScore row : rows) {
        assertEquals("", row.formula());
        assertEquals(0, row.mask());
        assertTrue(row.proven());
      }
    }
  }

  @Test
  void choicesAreKeptTo() throws IOException {
    for (long seed = 400; seed < 410; seed++) {
      try (Case made = make(seed, Convention.EXACT)) {
        FormulaSearch all = FormulaSearch.in(made.labelled());
        ConceptIndex concepts = new ConceptIndex(made.labelled(), List.of());
        FormulaOptions options = FormulaOptions.defaults().withWorkers(1);
        List<FormulaScore> free = all.search(made.layer(), options, Progress.NONE);
        for (FormulaScore score :
            all.search(made.layer(), options.withOperators(List.of(Operator.OR)), Progress.NONE)) {
          Set<Operator> used = new HashSet<>();
          if (!score.formula().isEmpty()) {
            collect(FormulaParser.parse(concepts, score.formula()), used);
          }
          used.remove(Operator.OR);
          assertTrue(used.isEmpty(), "seed " + seed + ": " + score);
        }
        String category = made.labelled().dissection().categories().get(0);
        ConceptIndex some = new ConceptIndex(made.labelled(), List.of(category));
        for (FormulaScore score :
            FormulaSearch.in(made.labelled(), List.of(category))
                .search(made.layer(), options, Progress.NONE)) {
          if (!score.formula().isEmpty()) {
            FormulaParser.parse(some, score.formula());
          }
        }
        // A gain that nothing reaches leaves the single concept, and says what a longer one
        // reaches.
        List<FormulaScore> single =
            all.search(made.layer(), options.withMinimumGain(0.9), Progress.NONE);
        List<FormulaScore> dear =
            all.search(made.layer(), options.withPenalty(0.01), Progress.NONE);
        for (int i = 0; i < free.size(); i++) {
          int first = i - i % 3;
          assertEquals(free.get(first).formula(), single.get(i).formula());
          assertEquals(free.get(first).formula(), dear.get(i).formula());
          assertEquals(free.get(i).iou(), single.get(i).bound(), 1e-15);
        }
      }
    }
  }

  private static void collect(Formula formula, Set<Operator> used) {
    if (formula instanceof Formula.Node node) {
      used.add(node.operator);
      collect(node.left, used);
      collect(node.right, used);
    }
  }

  @Test
  void aConceptBelongsToEveryCategoryThatItIsLabelledIn() throws IOException {
    boolean elsewhere = false;
    for (long seed = 400; seed < 410; seed++) {
      try (Case made = make(seed, Convention.EXACT)) {
        List<String> categories = made.labelled().dissection().categories();
        ConceptIndex all = new ConceptIndex(made.labelled(), List.of());
        for (int c = 0; c < categories.size(); c++) {
          ConceptIndex some = new ConceptIndex(made.labelled(), List.of(categories.get(c)));
          for (int concept = 0; concept < all.size(); concept++) {
            int number = all.number(concept);
            boolean labelled = labelled(made, categories.get(c), number);
            assertEquals(labelled, some.place(number) >= 0, "seed " + seed + ": " + number);
            elsewhere |= labelled && made.labelled().totals().primary(number) != c;
          }
        }
      }
    }
    assertTrue(elsewhere);
  }

  private static boolean labelled(Case of, String category, int number) throws IOException {
    int index =
        of.data().vocabulary().categories().stream()
            .filter(c -> c.name().equals(category))
            .findFirst()
            .orElseThrow()
            .index();
    Set<String> read = new HashSet<>(of.labelled().dissection().images());
    for (ImageRow row : of.data().images()) {
      AnnotatedImage labels = of.data().annotate(row);
      if (read.contains(row.name())
          && (labels.wholeLabels().stream()
                  .anyMatch(label -> label.category() == index && label.number() == number)
              || labels.maps().stream()
                  .filter(map -> map.category() == index)
                  .anyMatch(map -> new String(map.labels()).indexOf(number) >= 0))) {
        return true;
      }
    }
    return false;
  }

  @Test
  void unknownCategoriesAreRefusedByName() throws IOException {
    try (Case made = make(302, Convention.EXACT)) {
      String message =
          assertThrows(
                  DissectionException.class,
                  () -> FormulaSearch.in(made.labelled(), List.of("nothing")))
              .getMessage();
      assertTrue(message.contains("'nothing'") && message.contains("color"), message);
    }
  }

  @Test
  void namesAreTakenAsPagesShowThemAndNearMissesAreOffered() throws IOException {
    try (Case made = make(303, Convention.EXACT)) {
      ConceptIndex concepts = new ConceptIndex(made.labelled(), List.of());
      boolean street = concepts.size() > 0 && found(concepts, "street-s");
      if (street) {
        assertEquals(concepts.find("street-s"), concepts.find("street"));
        assertEquals(concepts.find("street-s"), concepts.find("Street"));
      }
      IllegalArgumentException wrong =
          assertThrows(IllegalArgumentException.class, () -> concepts.find("whel"));
      IllegalArgumentException far =
          assertThrows(IllegalArgumentException.class, () -> concepts.find("qqqqqqqq"));
      assertFalse(far.getMessage().contains("nearest"), far.getMessage());
      assertTrue(
          wrong.getMessage().contains("wheel") || !found(concepts, "wheel"), wrong.getMessage());
    }
  }

  private static boolean found(ConceptIndex concepts, String name) {
    try {
      concepts.find(name);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Fails in its phase after so many units, as a kill would. */
  static Progress failingAfter(int units) {
    return new Progress() {
      private int left = units;

      @Override
      public Phase phase(String name, long total, String unit) {
        return new Phase() {
          @Override
          public void advance(long n) {
            if (--left < 0) {
              throw new IllegalStateException("killed");
            }
          }

          @Override
          public void done() {}

          @Override
          public void close() {}
        };
      }

      @Override
      public void warn(String message) {}
    };
  }

  @Test
  void goesOnAfterAKillWithTheSameBytes() throws IOException {
    try (Case made = make(304, Convention.EXACT)) {
      FormulaSearch search = FormulaSearch.in(made.labelled());
      FormulaOptions options = FormulaOptions.defaults().withWorkers(1);
      Path table = made.layer().folder().resolve("formulas.csv");
      Path info = made.layer().folder().resolve("formulas.json");
      Path journal = made.layer().folder().resolve("formulas.part");
      Formulas.write(search, made.layer(), null, options, Progress.NONE);
      String csv = Files.readString(table);
      String json = Files.readString(info);
      assertFalse(Files.exists(journal));
      assertEquals(
          csv,
          FormulaTable.csv(FormulaTable.read(made.labelled().dissection(), made.layer()).scores()),
          "what is read is what was written");

      for (int units = 0; units < UNITS; units++) {
        int killed = units;
        assertThrows(
            IllegalStateException.class,
            () -> Formulas.write(search, made.layer(), null, options, failingAfter(killed)));
        assertEquals(2 + killed, Files.readAllLines(journal).size());
        byte[] bytes = Files.readAllBytes(journal);
        // Cut short, damaged, or whole.
        if (killed == 1) {
          Files.write(journal, Arrays.copyOf(bytes, bytes.length - 5));
        } else if (killed == 2) {
          bytes[bytes.length / 2] ^= 1;
          Files.write(journal, bytes);
        }
        Formulas.write(search, made.layer(), null, options, Progress.NONE);
        assertEquals(csv, Files.readString(table), "killed after " + killed);
        assertEquals(json, Files.readString(info));
      }
      // One of another search is not taken.
      assertThrows(
          IllegalStateException.class,
          () -> Formulas.write(search, made.layer(), null, options.withLength(1), failingAfter(2)));
      Formulas.write(search, made.layer(), null, options, Progress.NONE);
      assertEquals(csv, Files.readString(table));
    }
  }

  @Test
  void aTableThatWasChangedIsNotRead() throws IOException {
    try (Case made = make(305, Convention.EXACT)) {
      FormulaSearch search = FormulaSearch.in(made.labelled());
      Formulas.write(search, made.layer(), new int[] {1}, FormulaOptions.defaults(), Progress.NONE);
      Path table = made.layer().folder().resolve("formulas.csv");
      String csv = Files.readString(table);
      Files.writeString(table, csv.replaceFirst("1,1,", "2,1,"), StandardCharsets.UTF_8);
      assertThrows(
          IOException.class, () -> FormulaTable.read(made.labelled().dissection(), made.layer()));
      Files.writeString(table, csv);
      assertEquals(
          3, FormulaTable.read(made.labelled().dissection(), made.layer()).scores().size());
    }
  }

  @Test
  void boundsOfLongFormulasHoldForWiderBeams() throws IOException {
    for (long seed = 500; seed < 506; seed++) {
      try (Case made = make(seed, Convention.EXACT)) {
        FormulaSearch search = FormulaSearch.in(made.labelled());
        FormulaOptions options =
            FormulaOptions.defaults()
                .withWorkers(1)
                .withLength(6)
                .withTimeLimit(Duration.ofHours(1));
        List<FormulaScore> narrow = search.search(made.layer(), options, Progress.NONE);
        List<FormulaScore> wide = search.search(made.layer(), options.withBeam(200), Progress.NONE);
        for (int i = 0; i < narrow.size(); i++) {
          assertTrue(
              narrow.get(i).bound() >= wide.get(i).iou(),
              "seed " + seed + ": " + narrow.get(i) + " and " + wide.get(i));
        }
      }
    }
  }
}
