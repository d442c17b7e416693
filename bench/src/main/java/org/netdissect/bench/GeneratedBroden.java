package org.netdissect.bench;

import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.AnnotatedImage.LabelMap;
import org.netdissect.concepts.AnnotatedImage.WholeLabel;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;

/**
 * A data set of Broden's size without a file: 63,305 images with masks of 112 × 112 pixels and
 * 1,197 concepts in six categories. Images come from sources as Broden's do: a third scenes with
 * objects and parts, a sixth objects and parts, two fifths materials, the rest textures; every
 * image has colours. Within a category the concepts' frequencies fall with their rank.
 *
 * <p>Segments are the cells of one of 256 pooled Voronoi diagrams; a smooth noise splits each into
 * two colours. So an image has about twice as many regions as segments.
 */
public final class GeneratedBroden implements ConceptDataset {
  /** How many images Broden has. */
  public static final int IMAGES = 63_305;

  private static final int MASK = 112;
  private static final int POOL = 256;

  private static final List<String> CATEGORIES =
      List.of("color", "object", "part", "material", "texture", "scene");

  /** Concepts of each category; 1,197 in all, in about Broden's proportions. */
  private static final int[] CONCEPTS = {11, 491, 187, 29, 47, 432};

  private static final int COLOR = 0;
  private static final int OBJECT = 1;
  private static final int PART = 2;
  private static final int MATERIAL = 3;
  private static final int TEXTURE = 4;
  private static final int SCENE = 5;

  private final int images;
  private final int regions;
  private final Path folder;
  private final Vocabulary vocabulary;
  private final int[] first = new int[CONCEPTS.length];
  private final double[][] cumulated = new double[CONCEPTS.length][];
  private final byte[][] segments = new byte[POOL][];
  private final boolean[][] halves = new boolean[POOL][];
  private final int[] segmentCount = new int[POOL];

  /**
   * A data set.
   *
   * @param images how many
   * @param regions of an image, on average
   * @param folder where its atlas may be kept
   */
  public GeneratedBroden(int images, int regions, Path folder) {
    this.images = images;
    this.regions = regions;
    this.folder = folder;
    List<Concept> concepts = new ArrayList<>();
    int number = 1;
    for (int c = 0; c < CONCEPTS.length; c++) {
      first[c] = number;
      cumulated[c] = new double[CONCEPTS[c]];
      double sum = 0;
      for (int k = 0; k < CONCEPTS[c]; k++) {
        sum += 1.0 / (k + 4);
        cumulated[c][k] = sum;
        Double[] coverage = new Double[CONCEPTS.length];
        Arrays.fill(coverage, 0.0);
        coverage[c] = 1.0;
        concepts.add(
            new Concept(
                number++, CATEGORIES.get(c) + " " + (k + 1), List.of(), Arrays.asList(coverage)));
      }
    }
    vocabulary = Vocabulary.of(CATEGORIES, concepts);
    for (int p = 0; p < POOL; p++) {
      draw(p);
    }
  }

  /** A Voronoi diagram and where its cells take their second colour. */
  private void draw(int p) {
    int middle = Math.max(1, Math.round(0.6f * regions));
    int count = middle / 2 + Mix.below(Mix.of(1, p, 0), middle + 1);
    count = Math.max(1, Math.min(count, 200));
    int[] y = new int[count];
    int[] x = new int[count];
    for (int s = 0; s < count; s++) {
      y[s] = Mix.below(Mix.of(2, p, s), MASK);
      x[s] = Mix.below(Mix.of(3, p, s), MASK);
    }
    double phaseY = 6.3 * Mix.unit(Mix.of(4, p, 0));
    double phaseX = 6.3 * Mix.unit(Mix.of(4, p, 1));
    segmentCount[p] = count;
    segments[p] = new byte[MASK * MASK];
    halves[p] = new boolean[MASK * MASK];
    for (int row = 0; row < MASK; row++) {
      for (int column = 0; column < MASK; column++) {
        int best = 0;
        int bestDistance = Integer.MAX_VALUE;
        for (int s = 0; s < count; s++) {
          int distance = (row - y[s]) * (row - y[s]) + (column - x[s]) * (column - x[s]);
          if (distance < bestDistance) {
            bestDistance = distance;
            best = s;
          }
        }
        segments[p][row * MASK + column] = (byte) best;
        halves[p][row * MASK + column] =
            Math.sin(0.35 * row + phaseY) + Math.sin(0.41 * column + phaseX) > 0;
      }
    }
  }

  private int concept(int category, long mixed) {
    double[] sums = cumulated[category];
    double at = Mix.unit(mixed) * sums[sums.length - 1];
    int found = Arrays.binarySearch(sums, at);
    return first[category] + Math.min(found < 0 ? -found - 1 : found, sums.length - 1);
  }

  @Override
  public AnnotatedImage annotate(ImageRow image) {
    int i = image.row();
    int p = Mix.below(Mix.of(5, i, 0), POOL);
    int source = Mix.below(Mix.of(6, i, 0), 60);
    List<LabelMap> maps = new ArrayList<>();
    List<WholeLabel> whole = new ArrayList<>();
    if (source < 30) {
      maps.add(segmented(OBJECT, i, p, 8));
      maps.add(segmented(PART, i, p, 2));
      if (source < 20) {
        whole.add(new WholeLabel(SCENE, concept(SCENE, Mix.of(7, i, 0))));
      }
    } else if (source < 54) {
      maps.add(segmented(MATERIAL, i, p, 9));
    } else {
      whole.add(new WholeLabel(TEXTURE, concept(TEXTURE, Mix.of(8, i, 0))));
    }
    maps.add(coloured(i, p));
    long data = 0;
    for (LabelMap map : maps) {
      data |= 1L << map.category();
    }
    for (WholeLabel label : whole) {
      data |= 1L << label.category();
    }
    return new AnnotatedImage(MASK, MASK, maps, whole, data);
  }

  /** Labels a share of the segments, in tenths. */
  private LabelMap segmented(int category, int image, int p, int tenths) {
    char[] label = new char[segmentCount[p]];
    for (int s = 0; s < label.length; s++) {
      long mixed = Mix.of(9 + category, image, s);
      if (mixed % 10 < tenths && mixed % 10 > -tenths) {
        label[s] = (char) concept(category, Mix.mix(mixed));
      }
    }
    char[] map = new char[MASK * MASK];
    for (int i = 0; i < map.length; i++) {
      map[i] = label[segments[p][i] & 0xff];
    }
    return new LabelMap(category, map);
  }

  private LabelMap coloured(int image, int p) {
    char[] map = new char[MASK * MASK];
    char[] one = new char[segmentCount[p]];
    char[] other = new char[segmentCount[p]];
    for (int s = 0; s < one.length; s++) {
      one[s] = (char) concept(COLOR, Mix.of(20, image, s));
      other[s] = (char) concept(COLOR, Mix.of(21, image, s));
    }
    for (int i = 0; i < map.length; i++) {
      int s = segments[p][i] & 0xff;
      map[i] = halves[p][i] ? one[s] : other[s];
    }
    return new LabelMap(COLOR, map);
  }

  @Override
  public List<ImageRow> images() {
    return new AbstractList<>() {
      @Override
      public ImageRow get(int i) {
        return new ImageRow("generated/" + i + ".jpg", "train", 224, 224, MASK, MASK, i);
      }

      @Override
      public int size() {
        return images;
      }
    };
  }

  @Override
  public String name() {
    return "generated";
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
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
    return "generated " + images + " " + regions;
  }

  @Override
  public String stamp() {
    StringBuilder stamp = new StringBuilder();
    HexFormat hex = HexFormat.of();
    for (int i = 0; i < 4; i++) {
      stamp.append(hex.toHexDigits(Mix.of(images, regions, 1000 + i)));
    }
    return stamp.toString();
  }
}
