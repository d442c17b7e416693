package org.netdissect.analysis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.netdissect.base.Npy;
import org.netdissect.base.Progress;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.AnnotatedImage.LabelMap;
import org.netdissect.concepts.AnnotatedImage.WholeLabel;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.MemoryDataset;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.dissection.scoring.MapsKept;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.Dissection;

/** Images of one or two mask sizes with random rectangles of concepts in several categories. */
public final class MadeUpImages extends MemoryDataset {
  /** Cells of a map a side. */
  public static final int CELLS = 7;

  private static final List<String> CATEGORIES = List.of("color", "object", "scene");

  private final Vocabulary vocabulary;

  /**
   * Draws the images.
   *
   * @param side of the masks; every fifth image's are two pixels higher if {@code mixed}
   */
  public MadeUpImages(long seed, int images, int side, boolean mixed, int concepts, Path folder) {
    super(
        "patches",
        folder,
        "patches " + seed + " " + images + " " + side + " " + mixed + " " + concepts);
    Random random = new Random(seed);
    List<Concept> table = new ArrayList<>();
    for (int n = 1; n <= concepts; n++) {
      Double[] coverage = {0.0, 0.0, 0.0};
      coverage[n % 3] = 1.0;
      table.add(new Concept(n, "concept" + n, List.of(), Arrays.asList(coverage)));
    }
    vocabulary = Vocabulary.of(CATEGORIES, table);
    for (int i = 0; i < images; i++) {
      int height = side + (mixed && i % 5 == 0 ? 2 : 0);
      List<LabelMap> maps = new ArrayList<>();
      List<WholeLabel> whole = new ArrayList<>();
      long data = 0;
      for (int m = 1 + random.nextInt(3); m > 0; m--) {
        int category = random.nextInt(2);
        char[] map = new char[height * side];
        for (int r = 1 + random.nextInt(3); r > 0; r--) {
          char label = (char) numberOf(random, category, concepts);
          int y0 = random.nextInt(height);
          int x0 = random.nextInt(side);
          for (int y = y0; y < height && y < y0 + side / 2; y++) {
            for (int x = x0; x < side && x < x0 + side / 2; x++) {
              map[y * side + x] = label;
            }
          }
        }
        maps.add(new LabelMap(category, map));
        data |= 1L << category;
      }
      if (random.nextInt(3) == 0) {
        whole.add(new WholeLabel(2, numberOf(random, 2, concepts)));
        data |= 1L << 2;
      }
      rows.add(
          new ImageRow(
              "image" + i, random.nextBoolean() ? "train" : "val", 32, 32, height, side, i));
      labels.add(new AnnotatedImage(height, side, maps, whole, data));
    }
  }

  private static int numberOf(Random random, int category, int concepts) {
    int number;
    do {
      number = 1 + random.nextInt(concepts);
    } while (number % 3 != category);
    return number;
  }

  /** Whether a pixel of an image bears a concept. */
  public boolean bears(int image, int pixel, int number) {
    AnnotatedImage of = labels.get(image);
    return of.maps().stream().anyMatch(map -> map.labels()[pixel] == number)
        || of.wholeLabels().stream().anyMatch(whole -> whole.number() == number);
  }

  /** What units answer. */
  public interface Activity {
    /** The activation of a cell. */
    float at(int image, int unit, int y, int x, Random random);
  }

  /** Dissects units that answer so. */
  public LabelledResult dissect(
      Convention convention, int units, long seed, Activity activity, String out)
      throws IOException {
    return dissect(convention, units, seed, activity, out, MapsKept.ALL, false);
  }

  /** The same, keeping of it what is asked for. */
  public LabelledResult dissect(
      Convention convention,
      int units,
      long seed,
      Activity activity,
      String out,
      MapsKept kept,
      boolean peaks)
      throws IOException {
    Random random = new Random(seed);
    float[] maps = new float[rows.size() * units * CELLS * CELLS];
    int at = 0;
    for (int i = 0; i < rows.size(); i++) {
      for (int u = 0; u < units; u++) {
        for (int y = 0; y < CELLS; y++) {
          for (int x = 0; x < CELLS; x++) {
            maps[at++] = activity.at(i, u, y, x, random);
          }
        }
      }
    }
    Path file = Npy.write(folder().resolve(out + ".npy"), maps, rows.size(), units, CELLS, CELLS);
    Dissection result =
        Dissector.builder()
            .setRecorded(
                new RecordedActivations(
                    List.of(
                        new RecordedActivations.Maps(
                            "maps", file, ReceptiveField.square(-4, 12, 4))),
                    rows.stream().map(ImageRow::name).toList(),
                    new InputSize(32, 32)))
            .setData(this)
            .setOut(folder().resolve(out))
            .optConvention(convention)
            .optQuantile(Quantile.of("0.05"))
            .optMaps(kept)
            .optPeaks(peaks)
            .optCache(folder().resolve("cache"))
            .build()
            .run();
    return LabelledResult.open(
        result, this, AtlasOptions.defaults().withCache(folder().resolve("cache")), Progress.NONE);
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public String key() {
    return madeOf();
  }
}
