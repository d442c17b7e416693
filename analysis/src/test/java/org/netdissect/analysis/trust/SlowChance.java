package org.netdissect.analysis.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.netdissect.base.Shared;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.AnnotatedImage.LabelMap;
import org.netdissect.concepts.AnnotatedImage.WholeLabel;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.rules.Convention;

/**
 * Chance levels of {@link TinyOracle} from scratch: activations, the thresholds of the reference
 * data and the label of every pixel, with no atlas, no regions, no stored masks or hits.
 */
final class SlowChance {
  private static final int MASK = 112;

  private final Convention convention;
  private final ConceptDataset data;

  /** By image and unit: the lit pixels. */
  private final int[][][] lit;

  /** By image and pixel: numbers of the labels it bears, as often as it counts for them. */
  private final int[][][] labels;

  /** By image: bits of the categories that it has labels of. */
  private final int[] holds;

  private final Map<Integer, Long> truth = new HashMap<>();

  SlowChance(Convention convention) throws IOException {
    this.convention = convention;
    data = TinyOracle.data();
    List<String> names = TinyOracle.names();
    float[] thresholds = thresholds();
    float[] maps = TinyOracle.maps();
    lit = new int[names.size()][TinyOracle.UNITS][];
    labels = new int[names.size()][][];
    holds = new int[names.size()];
    Map<String, ImageRow> rows = new HashMap<>();
    data.images().forEach(row -> rows.put(row.name(), row));
    for (int i = 0; i < names.size(); i++) {
      for (int u = 0; u < TinyOracle.UNITS; u++) {
        lit[i][u] = lit(maps, i, u, thresholds[u]);
      }
      AnnotatedImage image = data.annotate(rows.get(names.get(i)));
      labels[i] = new int[MASK * MASK][];
      for (int p = 0; p < MASK * MASK; p++) {
        labels[i][p] = labels(image, p);
        for (int number : labels[i][p]) {
          holds[i] |= 1 << category(number);
          truth.merge(number, 1L, Long::sum);
        }
      }
    }
  }

  private float[] thresholds() throws IOException {
    List<String> lines =
        Files.readAllLines(Shared.path("oracles/tiny/thresholds-" + convention.word() + ".csv"));
    float[] thresholds = new float[TinyOracle.UNITS];
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",");
      thresholds[Integer.parseInt(cells[0])] = Float.parseFloat(cells[1]);
    }
    return thresholds;
  }

  private int[] labels(AnnotatedImage image, int pixel) {
    List<Integer> all = new ArrayList<>();
    for (LabelMap map : image.maps()) {
      if (map.labels()[pixel] != 0) {
        all.add((int) map.labels()[pixel]);
      }
    }
    for (WholeLabel whole : image.wholeLabels()) {
      all.add(whole.number());
    }
    Stream<Integer> numbers = all.stream().filter(number -> number > 0);
    return (convention == Convention.EXACT ? numbers.distinct() : numbers)
        .mapToInt(number -> number)
        .toArray();
  }

  /** The category that covers most of a concept's pixels, the later where two do. */
  private int category(int number) {
    Concept concept = data.vocabulary().concept(number);
    int best = 0;
    for (int c = 1; c < concept.coverage().size(); c++) {
      best = concept.coverage().get(c) >= concept.coverage().get(best) ? c : best;
    }
    return best;
  }

  private int[] lit(float[] maps, int image, int unit, float threshold) {
    List<Integer> pixels = new ArrayList<>();
    int side = TinyOracle.SIDE;
    int from = (image * TinyOracle.UNITS + unit) * side * side;
    for (int y = 0; y < MASK; y++) {
      for (int x = 0; x < MASK; x++) {
        double row = Math.max(0, Math.min(side - 1, among(y)));
        double column = Math.max(0, Math.min(side - 1, among(x)));
        int y0 = (int) row;
        int x0 = (int) column;
        int y1 = Math.min(side - 1, y0 + 1);
        int x1 = Math.min(side - 1, x0 + 1);
        double top = maps[from + y0 * side + x0];
        top += (maps[from + y0 * side + x1] - top) * (column - x0);
        double bottom = maps[from + y1 * side + x0];
        bottom += (maps[from + y1 * side + x1] - bottom) * (column - x0);
        if ((float) (top + (bottom - top) * (row - y0)) > threshold) {
          pixels.add(y * MASK + x);
        }
      }
    }
    return pixels.stream().mapToInt(p -> p).toArray();
  }

  /** Where a mask pixel lies among the activations of its row or column. */
  private double among(int pixel) {
    double offset = TinyOracle.FIELD.x().offset();
    double size = TinyOracle.FIELD.x().size();
    double step = TinyOracle.FIELD.x().step();
    return switch (convention) {
      case EXACT ->
          ((pixel + 0.5) * TinyOracle.INPUT / MASK - 0.5 - offset - (size - 1) / 2) / step;
      case LITE -> (pixel + 0.5) * TinyOracle.SIDE / MASK - 0.5;
      case PAPER -> {
        double reduction = (double) TinyOracle.INPUT / MASK;
        double first = Math.floor((Math.floor(size / 2) + offset) / reduction);
        yield (pixel - first) / Math.floor(step / reduction);
      }
    };
  }

  /**
   * The best IoU of a unit over all concepts where the masks of other images are laid on each.
   *
   * @param masksOf by image, the one whose masks are laid on it
   */
  double best(int unit, int[] masksOf) {
    Map<Integer, Long> both = new HashMap<>();
    long[] activation = new long[data.vocabulary().categories().size()];
    for (int i = 0; i < masksOf.length; i++) {
      int[] pixels = lit[masksOf[i]][unit];
      int touches = 0;
      for (int p : pixels) {
        for (int number : labels[i][p]) {
          both.merge(number, 1L, Long::sum);
          touches |= 1 << category(number);
        }
      }
      for (int c = 0; c < activation.length; c++) {
        if (((convention == Convention.LITE ? touches : holds[i]) >> c & 1) != 0) {
          activation[c] += pixels.length;
        }
      }
    }
    double best = 0;
    for (Map.Entry<Integer, Long> one : both.entrySet()) {
      long union = activation[category(one.getKey())] + truth.get(one.getKey()) - one.getValue();
      best = Math.max(best, union > 0 ? (double) one.getValue() / union : 0);
    }
    return best;
  }
}
