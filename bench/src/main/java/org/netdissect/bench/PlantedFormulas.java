package org.netdissect.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.AnnotatedImage.LabelMap;
import org.netdissect.concepts.AnnotatedImage.WholeLabel;
import org.netdissect.concepts.Concept;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.LayerInfo;

/**
 * Activations of units that look for formulas of one to three concepts of a {@link
 * GeneratedBroden}: a cell's value is the share of its pixels where the formula holds, plus noise.
 */
final class PlantedFormulas implements ActivationSource {
  private static final int SIDE = 28;

  /** Standard deviation of the noise. */
  private static final double NOISE = 0.25;

  /** A or B, A and B, A and not B; then the same with C. */
  private record Planted(int a, String first, int b, String second, int c) {}

  private final GeneratedBroden data;
  private final LayerInfo layer;
  private final List<Planted> planted = new ArrayList<>();
  private @Nullable ImageSet images;

  PlantedFormulas(GeneratedBroden data, int units) {
    this.data = data;
    double step = 224.0 / SIDE;
    layer =
        new LayerInfo(
            "planted",
            "planted",
            "generated",
            units,
            SIDE,
            SIDE,
            ReceptiveField.square(0, step, step));
    Collection<Concept> concepts = data.vocabulary().concepts();
    for (int unit = 0; unit < units; unit++) {
      // As many pixels as a mask has: rare objects, or frequent ones of one colour.
      boolean coloured = unit % 4 == 2;
      int first = coloured ? 2 : 20;
      int a = number(concepts, "object", first + Mix.below(Mix.of(31, unit, 0), 2 * first));
      int b = number(concepts, "object", 4 * first + Mix.below(Mix.of(32, unit, 0), 2 * first));
      int c = number(concepts, "color", 1 + Mix.below(Mix.of(33, unit, 0), coloured ? 4 : 11));
      String second = coloured ? "AND" : unit % 4 == 0 ? "" : "AND NOT";
      planted.add(new Planted(a, "OR", b, second, c));
    }
  }

  private static int number(Collection<Concept> concepts, String category, int rank) {
    String name = category + " " + rank;
    return concepts.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow().number();
  }

  /** The same for images in the order of a run. */
  ActivationSource over(ImageSet ofRun) {
    images = ofRun;
    return this;
  }

  /** Made of what, for people. */
  String text(int unit) {
    Planted p = planted.get(unit);
    String pair = "(" + name(p.a) + " " + p.first + " " + name(p.b) + ")";
    return p.second.isEmpty() ? pair : "(" + pair + " " + p.second + " " + name(p.c) + ")";
  }

  private String name(int number) {
    return '"' + data.vocabulary().concept(number).name() + '"';
  }

  @Override
  public List<LayerInfo> layers() {
    return List.of(layer);
  }

  @Override
  public InputSize input(int ofLayer) {
    return new InputSize(224, 224);
  }

  @Override
  public int batch() {
    return 8;
  }

  @Override
  public Reader newReader() {
    return new Reader() {
      @Override
      public void read(int[] images, float[][] dense, int slot, Outcome outcome) {
        for (int i = 0; i < images.length; i++) {
          fill(images[i], dense[0], slot + i);
          byte[] digest = new byte[Digests.BYTES];
          digest[0] = (byte) images[i];
          outcome.read(images[i], digest);
        }
      }

      @Override
      public void close() {}
    };
  }

  private void fill(int image, float[] dense, int slot) {
    AnnotatedImage labels =
        data.annotate(data.images().get(Objects.requireNonNull(images).row(image)));
    int width = labels.maskWidth();
    int cell = width / SIDE;
    int cells = SIDE * SIDE;
    for (int unit = 0; unit < planted.size(); unit++) {
      Planted p = planted.get(unit);
      boolean[] holds =
          joined(labels, joined(labels, where(labels, p.a), p.first, p.b), p.second, p.c);
      int at = (slot * planted.size() + unit) * cells;
      for (int k = 0; k < cells; k++) {
        int inside = 0;
        for (int q = 0; q < cell * cell; q++) {
          int y = k / SIDE * cell + q / cell;
          int x = k % SIDE * cell + q % cell;
          inside += holds[y * width + x] ? 1 : 0;
        }
        long mixed = Mix.of(image, unit, 100 + k);
        double noise = Mix.unit(mixed) + Mix.unit(Mix.mix(mixed)) - 1;
        dense[at + k] = (float) ((double) inside / (cell * cell) + NOISE * Math.sqrt(6) * noise);
      }
    }
  }

  private static boolean[] joined(
      AnnotatedImage labels, boolean[] left, String operator, int concept) {
    if (operator.isEmpty()) {
      return left;
    }
    boolean[] right = where(labels, concept);
    for (int p = 0; p < left.length; p++) {
      left[p] =
          switch (operator) {
            case "OR" -> left[p] || right[p];
            case "AND" -> left[p] && right[p];
            default -> left[p] && !right[p];
          };
    }
    return left;
  }

  private static boolean[] where(AnnotatedImage labels, int concept) {
    boolean[] holds = new boolean[labels.maskHeight() * labels.maskWidth()];
    for (WholeLabel label : labels.wholeLabels()) {
      if (label.number() == concept) {
        Arrays.fill(holds, true);
      }
    }
    for (LabelMap map : labels.maps()) {
      for (int p = 0; p < holds.length; p++) {
        holds[p] |= map.labels()[p] == concept;
      }
    }
    return holds;
  }

  @Override
  public void close() {}
}
