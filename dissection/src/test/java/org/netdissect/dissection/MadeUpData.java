package org.netdissect.dissection;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.AnnotatedImage.LabelMap;
import org.netdissect.concepts.AnnotatedImage.WholeLabel;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;

/**
 * A random small data set in memory: several layers of labels in a category, one number in several
 * categories, labels of whole images, images without any.
 */
public final class MadeUpData extends MemoryDataset {
  private static final List<String> CATEGORIES = List.of("color", "object", "part", "scene");

  private final Vocabulary vocabulary;

  public MadeUpData(long seed, int images, int inputHeight, int inputWidth, Path folder) {
    super("made-up", folder, "seed " + seed + " images " + images);
    Random random = new Random(seed);
    int concepts = 3 + random.nextInt(10);
    List<Concept> table = new ArrayList<>();
    for (int n = 1; n <= concepts; n++) {
      Double[] coverage = new Double[CATEGORIES.size()];
      for (int c = 0; c < coverage.length; c++) {
        coverage[c] = random.nextInt(3) == 0 ? 0.0 : (double) random.nextInt(3);
      }
      table.add(
          new Concept(
              n, random.nextInt(8) == 0 ? "" : "concept" + n, List.of(), Arrays.asList(coverage)));
    }
    vocabulary = Vocabulary.of(CATEGORIES, table);
    for (int i = 0; i < images; i++) {
      int maskHeight = 1 + random.nextInt(20);
      int maskWidth = 1 + random.nextInt(20);
      List<LabelMap> maps = new ArrayList<>();
      long data = 0;
      for (int m = random.nextInt(4); m > 0; m--) {
        int category = random.nextInt(CATEGORIES.size());
        char[] map = new char[maskHeight * maskWidth];
        for (int r = random.nextInt(4); r > 0; r--) {
          char label = (char) random.nextInt(concepts + 1);
          int y0 = random.nextInt(maskHeight);
          int x0 = random.nextInt(maskWidth);
          for (int y = y0; y < maskHeight && y < y0 + 9; y++) {
            for (int x = x0; x < maskWidth && x < x0 + 9; x++) {
              map[y * maskWidth + x] = label;
            }
          }
        }
        maps.add(new LabelMap(category, map));
        data |= 1L << category;
      }
      List<WholeLabel> whole = new ArrayList<>();
      for (int w = random.nextInt(3); w > 0; w--) {
        int category = random.nextInt(CATEGORIES.size());
        whole.add(new WholeLabel(category, 1 + random.nextInt(concepts)));
        data |= 1L << category;
      }
      rows.add(
          new ImageRow(
              "image" + i + ".png",
              random.nextBoolean() ? "train" : "val",
              inputHeight,
              inputWidth,
              maskHeight,
              maskWidth,
              i));
      labels.add(new AnnotatedImage(maskHeight, maskWidth, maps, whole, data));
    }
  }

  /** From now on its photographs have other proportions than the network's input. */
  void takePhotographsOfManySizes(long seed) {
    Random random = new Random(seed);
    rows.replaceAll(
        row ->
            new ImageRow(
                row.name(),
                row.split(),
                1 + random.nextInt(90),
                1 + random.nextInt(90),
                row.maskHeight(),
                row.maskWidth(),
                row.row()));
  }

  /** The same with its rows in another order. */
  MadeUpData shuffled(long seed) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      order.add(i);
    }
    Collections.shuffle(order, new Random(seed));
    return new MadeUpData(this, order, "shuffled " + seed + " " + madeOf());
  }

  /** The same images with a mask each that holds nothing. */
  MadeUpData unlabelled() {
    MadeUpData none = new MadeUpData(this, List.of(), "unlabelled " + madeOf());
    for (ImageRow row : rows) {
      char[] nothing = new char[row.maskHeight() * row.maskWidth()];
      none.rows.add(row);
      none.labels.add(
          new AnnotatedImage(
              row.maskHeight(), row.maskWidth(), List.of(new LabelMap(0, nothing)), List.of(), 1));
    }
    return none;
  }

  private MadeUpData(MadeUpData other, List<Integer> order, String madeOf) {
    super(other.name(), other.folder(), madeOf);
    vocabulary = other.vocabulary;
    for (int i : order) {
      ImageRow row = other.rows.get(i);
      rows.add(
          new ImageRow(
              row.name(),
              row.split(),
              row.photoHeight(),
              row.photoWidth(),
              row.maskHeight(),
              row.maskWidth(),
              rows.size()));
      labels.add(other.labels.get(i));
    }
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }
}
