package org.netdissect.analysis.trust;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.netdissect.base.Digests;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.AnnotatedImage.LabelMap;
import org.netdissect.concepts.AnnotatedImage.WholeLabel;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;

/** Images of one or two mask sizes with random rectangles of concepts in several categories. */
final class Patches implements ConceptDataset {
  private static final List<String> CATEGORIES = List.of("color", "object", "scene");

  final List<ImageRow> rows = new ArrayList<>();
  final List<AnnotatedImage> labels = new ArrayList<>();
  private final Vocabulary vocabulary;
  private final Path folder;
  private final String stamp;

  /**
   * Draws the images.
   *
   * @param side of the masks; every fifth image's are two pixels higher if {@code mixed}
   */
  Patches(long seed, int images, int side, boolean mixed, int concepts, Path folder) {
    this.folder = folder;
    stamp = "patches " + seed + " " + images + " " + side + " " + mixed + " " + concepts;
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
  boolean bears(int image, int pixel, int number) {
    AnnotatedImage of = labels.get(image);
    return of.maps().stream().anyMatch(map -> map.labels()[pixel] == number)
        || of.wholeLabels().stream().anyMatch(whole -> whole.number() == number);
  }

  @Override
  public String name() {
    return "patches";
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public List<ImageRow> images() {
    return rows;
  }

  @Override
  public AnnotatedImage annotate(ImageRow image) {
    return labels.get(image.row());
  }

  @Override
  public Path photograph(ImageRow image) {
    return folder.resolve(image.name());
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public String key() {
    return stamp;
  }

  @Override
  public String stamp() {
    return Digests.sha256Hex(stamp.getBytes(StandardCharsets.UTF_8));
  }
}
