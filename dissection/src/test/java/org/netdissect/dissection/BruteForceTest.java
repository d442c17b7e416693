package org.netdissect.dissection;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.netdissect.base.Npy;
import org.netdissect.base.Numbers;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.AnnotatedImage.LabelMap;
import org.netdissect.concepts.AnnotatedImage.WholeLabel;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.pictures.Framing;
import org.netdissect.results.CountsExport;
import org.netdissect.results.Dissection;

/**
 * The whole way of the data against a slow one that follows the rules word by word: every value of
 * every map sorted, every pixel of every mask interpolated, every label looked at.
 */
class BruteForceTest {
  @TempDir Path folder;

  static Stream<Arguments> cases() {
    return LongStream.range(0, 40)
        .boxed()
        .flatMap(
            seed ->
                Stream.of(Convention.values()).map(convention -> Arguments.of(seed, convention)));
  }

  static Stream<Arguments> framedCases() {
    return LongStream.range(100, 120)
        .boxed()
        .flatMap(
            seed ->
                Stream.of(Framing.LETTERBOX, Framing.CROP)
                    .flatMap(
                        framing ->
                            Stream.of(Convention.EXACT, Convention.LITE)
                                .map(convention -> Arguments.of(seed, convention, framing))));
  }

  @ParameterizedTest(name = "seed {0}, {1}")
  @MethodSource("cases")
  void countsEqualTheSlowOnes(long seed, Convention convention) throws IOException {
    countsEqual(seed, convention, Framing.STRETCH);
  }

  @ParameterizedTest(name = "seed {0}, {1}, {2}")
  @MethodSource("framedCases")
  void countsEqualTheSlowOnesWhereProportionsAreKept(
      long seed, Convention convention, Framing framing) throws IOException {
    countsEqual(seed, convention, framing);
  }

  private void countsEqual(long seed, Convention convention, Framing framing) throws IOException {
    Random random = new Random(seed);
    int inputHeight = 20 + random.nextInt(30);
    int inputWidth = 20 + random.nextInt(30);
    int images = 3 + random.nextInt(20);
    MadeUpData data = new MadeUpData(seed, images, inputHeight, inputWidth, folder);
    if (framing != Framing.STRETCH) {
      data.takePhotographsOfManySizes(seed);
    }
    int units = 1 + random.nextInt(5);
    int height = 1 + random.nextInt(9);
    int width = 1 + random.nextInt(9);
    float[] maps = activations(random, images, units, height * width);
    ReceptiveField field =
        new ReceptiveField(
            new ReceptiveField.Axis(
                random.nextInt(30) - 20, 1 + random.nextInt(40), 1 + random.nextInt(8)),
            new ReceptiveField.Axis(
                random.nextInt(30) - 20, 1 + random.nextInt(40), 1 + random.nextInt(8)));
    Quantile quantile = Quantile.of(List.of("0.005", "0.02", "0.1", "0.3").get(random.nextInt(4)));
    List<Category> categories = data.vocabulary().categories().subList(0, 2 + random.nextInt(3));
    Path out = folder.resolve("out");
    Dissection dissection =
        Dissector.builder()
            .setRecorded(
                new RecordedActivations(
                    List.of(
                        new RecordedActivations.Maps(
                            "maps",
                            Npy.write(
                                folder.resolve("maps.npy"), maps, images, units, height, width),
                            field)),
                    data.rows.stream().map(ImageRow::name).toList(),
                    new InputSize(inputHeight, inputWidth)))
            .setData(data)
            .setOut(out)
            .optConvention(convention)
            .optFraming(framing)
            .optQuantile(quantile)
            .optCategories(categories.stream().map(Category::name).toList())
            .optCache(folder.resolve("cache"))
            .build()
            .run();
    CountsExport.write(dissection, folder.resolve("tables"));

    Slow slow = new Slow(data, framing, categories, maps, units, height, width);
    slow.run(convention, quantile, field, inputHeight, inputWidth);
    assertEquals(
        String.join("\n", slow.thresholds),
        String.join("\n", Files.readAllLines(folder.resolve("tables/maps/thresholds.csv"))),
        "thresholds, seed " + seed);
    assertEquals(
        String.join("\n", slow.counts),
        String.join("\n", Files.readAllLines(folder.resolve("tables/maps/counts.csv"))),
        "counts, seed " + seed);
  }

  /** Values with ties, zeros, negative ones and plateaus. */
  private static float[] activations(Random random, int images, int units, int cells) {
    float[] maps = new float[images * units * cells];
    for (int u = 0; u < units; u++) {
      int kind = random.nextInt(5);
      for (int i = 0; i < images; i++) {
        for (int c = 0; c < cells; c++) {
          double value =
              switch (kind) {
                case 0 -> random.nextGaussian();
                case 1 -> Math.max(0, random.nextGaussian() - 1);
                case 2 -> random.nextInt(4);
                case 3 -> Math.min(6, Math.max(0, 5 * random.nextGaussian()));
                default -> random.nextInt(20) == 0 ? -0.0 : random.nextGaussian() * 1e-6 - 1;
              };
          maps[(i * units + u) * cells + c] = (float) value;
        }
      }
    }
    return maps;
  }

  /** The rules word by word. */
  private static final class Slow {
    private final MadeUpData data;
    private final Framing framing;
    private final List<Category> categories;
    private final float[] maps;
    private final int units;
    private final int height;
    private final int width;
    final List<String> thresholds = new ArrayList<>(List.of("unit,threshold"));
    final List<String> counts =
        new ArrayList<>(List.of("unit,number,label,category,intersect,truth,activation,iou"));

    Slow(
        MadeUpData data,
        Framing framing,
        List<Category> categories,
        float[] maps,
        int units,
        int height,
        int width) {
      this.data = data;
      this.framing = framing;
      this.categories = categories;
      this.maps = maps;
      this.units = units;
      this.height = height;
      this.width = width;
    }

    void run(
        Convention convention,
        Quantile quantile,
        ReceptiveField field,
        int inputHeight,
        int inputWidth) {
      List<Integer> images = new ArrayList<>();
      for (int i = 0; i < data.rows.size(); i++) {
        for (Category category : categories) {
          if ((data.labels.get(i).dataCategories() >> category.index() & 1) != 0) {
            images.add(i);
            break;
          }
        }
      }
      TreeMap<Integer, Long> truth = new TreeMap<>();
      for (int i : images) {
        AnnotatedImage image = data.labels.get(i);
        for (int p = 0; p < image.maskHeight() * image.maskWidth(); p++) {
          if (!isSeen(i, p, inputHeight, inputWidth)) {
            continue;
          }
          for (int number : labels(image, p, convention)) {
            truth.merge(number, 1L, Long::sum);
          }
        }
      }
      for (int u = 0; u < units; u++) {
        float threshold = threshold(images, u, convention, quantile);
        thresholds.add(u + "," + Numbers.general(threshold, 9));
        TreeMap<Integer, Long> intersection = new TreeMap<>();
        long[] activation = new long[categories.size()];
        for (int i : images) {
          AnnotatedImage image = data.labels.get(i);
          boolean[] holds = new boolean[categories.size()];
          boolean[] touches = new boolean[categories.size()];
          long pixels = 0;
          for (int y = 0; y < image.maskHeight(); y++) {
            for (int x = 0; x < image.maskWidth(); x++) {
              int p = y * image.maskWidth() + x;
              if (!isSeen(i, p, inputHeight, inputWidth)) {
                continue;
              }
              double atY;
              double atX;
              if (framing == Framing.STRETCH) {
                atY = position(convention, field.y(), height, inputHeight, image.maskHeight(), y);
                atX = position(convention, field.x(), width, inputWidth, image.maskWidth(), x);
              } else {
                double[] at = inInput(i, p, inputHeight, inputWidth);
                boolean lite = convention == Convention.LITE;
                atY = lite ? at[0] * height / inputHeight - 0.5 : among(field.y(), at[0]);
                atX = lite ? at[1] * width / inputWidth - 0.5 : among(field.x(), at[1]);
              }
              boolean lit = (float) bilinear(i, u, atY, atX) > threshold;
              pixels += lit ? 1 : 0;
              for (int number : labels(image, p, convention)) {
                holds[primary(number)] = true;
                if (lit) {
                  touches[primary(number)] = true;
                  intersection.merge(number, 1L, Long::sum);
                }
              }
            }
          }
          for (int c = 0; c < categories.size(); c++) {
            if (convention == Convention.LITE ? touches[c] : holds[c]) {
              activation[c] += pixels;
            }
          }
        }
        for (int number : intersection.keySet()) {
          int c = primary(number);
          long hit = intersection.get(number);
          long union = activation[c] + truth.get(number) - hit;
          counts.add(
              u
                  + ","
                  + number
                  + ","
                  + data.vocabulary().concept(number).name()
                  + ","
                  + categories.get(c).name()
                  + ","
                  + hit
                  + ","
                  + truth.get(number)
                  + ","
                  + activation[c]
                  + ","
                  + Numbers.general(union > 0 ? (double) hit / union : 0, 12));
        }
      }
    }

    private List<Integer> labels(AnnotatedImage image, int pixel, Convention convention) {
      List<Integer> labels = new ArrayList<>();
      for (LabelMap map : image.maps()) {
        if (map.labels()[pixel] != 0 && selected(map.category())) {
          labels.add((int) map.labels()[pixel]);
        }
      }
      for (WholeLabel whole : image.wholeLabels()) {
        if (selected(whole.category())) {
          labels.add(whole.number());
        }
      }
      return convention == Convention.EXACT ? labels.stream().distinct().toList() : labels;
    }

    private boolean selected(int category) {
      return categories.stream().anyMatch(one -> one.index() == category);
    }

    private int primary(int number) {
      int best = 0;
      for (int c = 1; c < categories.size(); c++) {
        if (coverage(number, c) >= coverage(number, best)) {
          best = c;
        }
      }
      return best;
    }

    private double coverage(int number, int place) {
      return data.vocabulary().concept(number).coverage().get(categories.get(place).index());
    }

    private float threshold(
        List<Integer> images, int unit, Convention convention, Quantile quantile) {
      List<Float> all = new ArrayList<>();
      for (int i : images) {
        for (int c = 0; c < height * width; c++) {
          all.add(maps[(i * units + unit) * height * width + c] + 0f);
        }
      }
      float[] sorted = new float[all.size()];
      for (int i = 0; i < sorted.length; i++) {
        sorted[i] = all.get(i);
      }
      Arrays.sort(sorted);
      int n = sorted.length;
      double q = Double.parseDouble(quantile.toString());
      if (convention == Convention.EXACT) {
        int floor = (int) (n * Math.round(q * 1000) / 1000);
        return sorted[n - 1 - floor];
      }
      double position = (1 - Math.round(1000 * q) / 999.0) * (n - 1);
      int below = (int) position;
      double low = sorted[below];
      double high = sorted[Math.min(n - 1, below + 1)];
      return (float) (low + (high - low) * (position - below));
    }

    /** Where a mask pixel's centre lies in the input, from its upper left edge. */
    private double[] inInput(int i, int pixel, int inputHeight, int inputWidth) {
      ImageRow row = data.rows.get(i);
      double factor =
          framing == Framing.LETTERBOX
              ? Math.min(
                  (double) inputHeight / row.photoHeight(), (double) inputWidth / row.photoWidth())
              : Math.max(
                  (double) inputHeight / row.photoHeight(), (double) inputWidth / row.photoWidth());
      double[] at = new double[2];
      for (int axis = 0; axis < 2; axis++) {
        int photo = axis == 0 ? row.photoHeight() : row.photoWidth();
        int mask = axis == 0 ? row.maskHeight() : row.maskWidth();
        int place = axis == 0 ? pixel / row.maskWidth() : pixel % row.maskWidth();
        int input = axis == 0 ? inputHeight : inputWidth;
        int extent = Math.max(1, (int) Math.rint(photo * factor));
        int start = (input - extent) / 2;
        at[axis] = (place + 0.5) * extent / mask + start;
      }
      return at;
    }

    private boolean isSeen(int i, int pixel, int inputHeight, int inputWidth) {
      if (framing != Framing.CROP) {
        return true;
      }
      double[] at = inInput(i, pixel, inputHeight, inputWidth);
      return at[0] >= 0 && at[0] < inputHeight && at[1] >= 0 && at[1] < inputWidth;
    }

    private static double among(ReceptiveField.Axis axis, double at) {
      return (at - 0.5 - axis.offset() - (axis.size() - 1) / 2) / axis.step();
    }

    /** Where a mask pixel lies among the activations. */
    private static double position(
        Convention convention,
        ReceptiveField.Axis axis,
        int cells,
        int input,
        int mask,
        int pixel) {
      if (convention == Convention.EXACT) {
        double inInput = (pixel + 0.5) * input / mask - 0.5;
        return (inInput - axis.offset() - (axis.size() - 1) / 2) / axis.step();
      }
      if (convention == Convention.LITE) {
        return (pixel + 0.5) * cells / mask - 0.5;
      }
      double r = Math.rint((double) input / mask);
      double centre = Math.floor(axis.size() / 2) + axis.offset();
      double step = Math.floor(axis.step() / r);
      return step == 0
          ? (pixel * r - centre) / axis.step()
          : (pixel - Math.floor(centre / r)) / step;
    }

    private double bilinear(int image, int unit, double y, double x) {
      double cy = Math.max(0, Math.min(height - 1, y));
      double cx = Math.max(0, Math.min(width - 1, x));
      int y0 = (int) cy;
      int x0 = (int) cx;
      int y1 = Math.min(height - 1, y0 + 1);
      int x1 = Math.min(width - 1, x0 + 1);
      double top = mix(at(image, unit, y0, x0), at(image, unit, y0, x1), cx - x0);
      double bottom = mix(at(image, unit, y1, x0), at(image, unit, y1, x1), cx - x0);
      return mix(top, bottom, cy - y0);
    }

    private static double mix(double from, double to, double fraction) {
      return from + (to - from) * fraction;
    }

    private double at(int image, int unit, int y, int x) {
      return maps[((image * units + unit) * height + y) * width + x];
    }
  }
}
