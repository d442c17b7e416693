package org.netdissect.dissection.activations.basis;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.FitInfo;

class BasisFitTest {
  private static final NetworkInfo NETWORK =
      new NetworkInfo("made.onnx", "0".repeat(64), null, 32, 32, null, null, null);

  /** Components 1 to 3 of {@link #mixture}, by scikit-learn 1.2.1 with svd_solver "full". */
  private static final double[][] COMPONENTS = {
    {
      0.32920838160938837, 0.6024317793586021, 0.08305392888948974, 0.19087480562467343,
      -0.0005324640308433913, 0.456382511239072, 0.24791122657593279, 0.24236608638440849,
      -0.0020394788862108785, 0.39607465152651283, 0.0008633400170422235, 0.00018863789078167161
    },
    {
      -0.2247271922194623, 0.30339614692562716, 0.25894087692471845, -0.13966150381486137,
      0.002052368923675547, -0.2999103091166831, -0.19893860251849996, 0.7588557246850256,
      0.0021547942097701798, -0.2559227068622623, 0.0008049632874228903, -0.0014305711690658673
    },
    {
      -0.055750461376909956, -0.12317783115021104, 0.04594752208499981, 0.10887553217404902,
      -0.0024382021524476548, -0.23275571978934578, 0.9249855767960993, 0.11660858825983104,
      -0.0007578573342115259, -0.2105526524180967, 0.002261973416526797, 0.006236289323804053
    }
  };

  private static final double[] SHARES = {
    0.6340865981103178, 0.296919435282111, 0.046444548739987886
  };

  /** Reconstruction error of NMF(4), the best of six starts without an end. */
  private static final double PARTS_ERROR = 368.00325443651775;

  /** Inertia of KMeans(5), the best of ten starts. */
  private static final double INERTIA = 3054049.275845716;

  @TempDir Path folder;

  /** Cells that are mixtures of four parts, and a little more; 600 of 12 channels. */
  private static MadeMaps mixture() {
    class Bits extends Random {
      Bits() {
        super(42);
      }

      int some(int bits) {
        return super.next(bits);
      }
    }
    Bits bits = new Bits();
    double[][] parts = new double[4][12];
    for (double[] part : parts) {
      for (int j = 0; j < part.length; j++) {
        part[j] = bits.some(2) == 0 ? bits.some(8) : 0;
      }
    }
    float[] cells = new float[600 * 12];
    for (int i = 0; i < 600; i++) {
      double[] weights = new double[4];
      for (int p = 0; p < 4; p++) {
        weights[p] = bits.some(1) == 1 ? bits.some(6) / 64.0 : 0;
      }
      for (int j = 0; j < 12; j++) {
        double value = bits.some(4);
        for (int p = 0; p < 4; p++) {
          value += weights[p] * parts[p][j];
        }
        cells[i * 12 + j] = (float) value;
      }
    }
    return new MadeMaps(cells, 12, 2, 3, -1);
  }

  private static FitOptions options(FitOptions.Kind kind, int components) {
    return new FitOptions(kind, components, 1, 0, Math.max(1, Math.min(2, components)), 2);
  }

  private static Fitted fit(MadeMaps maps, FitOptions options) throws IOException {
    return BasisFit.fit(maps, maps, NETWORK, "made", options, Progress.NONE);
  }

  @Test
  void theMixtureIsTheOneThatWasMeasuredElsewhere() {
    double sum = 0;
    for (float value : mixture().cells()) {
      sum += value;
    }
    assertEquals(294400.5, sum);
  }

  @Test
  void componentsAreThoseOfScikitLearn() throws IOException {
    Fitted fitted = fit(mixture(), options(FitOptions.Kind.PCA, 3));
    for (int c = 0; c < 3; c++) {
      assertArrayEquals(COMPONENTS[c], fitted.rows()[c], 1e-9);
      assertEquals(SHARES[c], fitted.info().shares().get(c), 1e-12);
    }
    assertEquals(0.9774505821324168, fitted.info().explained(), 1e-12);
    assertEquals(600, fitted.info().cells());
    assertEquals(100, fitted.info().images());
  }

  @Test
  void partsAndCentresAreAsGoodAsScikitLearns() throws IOException {
    Fitted parts = fit(mixture(), options(FitOptions.Kind.NMF, 4));
    assertTrue(parts.info().error() <= 1.01 * PARTS_ERROR, "NMF " + parts.info().error());
    for (double[] row : parts.rows()) {
      assertEquals(1, Arrays.stream(row).map(v -> v * v).sum(), 1e-12);
      assertTrue(Arrays.stream(row).allMatch(v -> v >= 0));
    }
    Fitted centres = fit(mixture(), options(FitOptions.Kind.KMEANS, 5));
    assertTrue(centres.info().error() <= 1.01 * INERTIA, "k-means " + centres.info().error());
    assertEquals(inertia(mixture(), centres), centres.info().error(), 1e-6 * INERTIA);
  }

  /** By brute force, and by the largest value behind the bias, which must be the nearest centre. */
  private static double inertia(MadeMaps maps, Fitted centres) {
    double sum = 0;
    for (int i = 0; i < maps.cells().length / 12; i++) {
      double least = Double.POSITIVE_INFINITY;
      double highest = Double.NEGATIVE_INFINITY;
      double square = 0;
      for (int j = 0; j < 12; j++) {
        square += (double) maps.cells()[i * 12 + j] * maps.cells()[i * 12 + j];
      }
      for (int c = 0; c < centres.rows().length; c++) {
        double distance = 0;
        double value = centres.bias()[c];
        for (int j = 0; j < 12; j++) {
          double x = maps.cells()[i * 12 + j];
          distance += (x - centres.rows()[c][j]) * (x - centres.rows()[c][j]);
          value += x * centres.rows()[c][j];
        }
        least = Math.min(least, distance);
        highest = Math.max(highest, value);
      }
      assertEquals(least, square - 2 * highest, 1e-6 * (1 + square));
      sum += least;
    }
    return sum;
  }

  @Test
  void whitenedDirectionsHaveVarianceOneAndMeanZero() throws IOException {
    MadeMaps maps = mixture();
    Fitted white = fit(maps, options(FitOptions.Kind.WHITENING, 0));
    int cells = maps.cells().length / 12;
    double[][] values = new double[12][cells];
    for (int d = 0; d < 12; d++) {
      for (int i = 0; i < cells; i++) {
        values[d][i] = white.bias()[d];
        for (int j = 0; j < 12; j++) {
          values[d][i] += white.rows()[d][j] * maps.cells()[i * 12 + j];
        }
      }
    }
    for (int a = 0; a < 12; a++) {
      assertEquals(0, Arrays.stream(values[a]).average().orElse(1), 1e-9);
      for (int b = 0; b < 12; b++) {
        double sum = 0;
        for (int i = 0; i < cells; i++) {
          sum += values[a][i] * values[b][i];
        }
        assertEquals(a == b ? 1 : 0, sum / (cells - 1), 1e-9);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(FitOptions.Kind.class)
  void theOutcomeIsTheSeedsNotTheThreads(FitOptions.Kind kind) throws IOException {
    Path one = folder.resolve("one.npy");
    Path three = folder.resolve("three.npy");
    Fitted alone = fit(mixture(), new FitOptions(kind, 4, 7, 200, 2, 1));
    alone.write(one);
    fit(mixture(), new FitOptions(kind, 4, 7, 200, 2, 3)).write(three);
    assertEquals(-1, Files.mismatch(one, three));
    assertEquals(-1, Files.mismatch(folder.resolve("one.json"), folder.resolve("three.json")));
    if (!kind.isOfAllCells()) {
      Fitted other = fit(mixture(), new FitOptions(kind, 4, 8, 200, 2, 1));
      assertTrue(!Arrays.deepEquals(alone.rows(), other.rows()), "another seed");
      assertEquals(200, other.info().sample());
    }
  }

  /** Cells that are sums of two of more directions than there are channels. */
  @Test
  void aDictionaryFindsTheDirectionsThatCellsAreMadeOf() throws IOException {
    int n = 16;
    int atoms = 24;
    long seed = 11;
    Random random = new Random(seed);
    double[][] directions = new double[atoms][n];
    for (double[] direction : directions) {
      for (int j = 0; j < n; j++) {
        direction[j] = random.nextGaussian() / 4;
      }
    }
    float[] cells = new float[6_000 * n];
    for (int i = 0; i < 6_000; i++) {
      for (int a = 0; a < 2; a++) {
        double[] direction = directions[random.nextInt(atoms)];
        double weight = 1 + random.nextDouble();
        for (int j = 0; j < n; j++) {
          cells[i * n + j] += (float) (weight * direction[j]);
        }
      }
    }
    MadeMaps maps = new MadeMaps(cells, n, 10, 10, -1);
    Fitted fitted = fit(maps, new FitOptions(FitOptions.Kind.DICTIONARY, 32, 3, 0, 2, 2));
    FitInfo info = fitted.info();
    String said = "seed " + seed + ": " + info.explained() + ", " + info.dead() + " dead";
    assertTrue(info.explained() > 0.85, said);
    assertTrue(info.dead() <= 4, said);
    assertTrue(info.meanActive() > 1.5 && info.meanActive() <= 2, said);
    // Most directions are found: some row of the encoder points the same way.
    int found = 0;
    for (double[] direction : directions) {
      double best = 0;
      for (double[] row : fitted.rows()) {
        best = Math.max(best, cosine(row, direction));
      }
      found += best > 0.8 ? 1 : 0;
    }
    assertTrue(found >= atoms * 3 / 4, found + " directions found; " + said);
    assertEquals(true, info.relu());
    assertEquals(2, info.topk());
    assertTrue(
        fitted.spec(Path.of("d.npy")).equals("matrix:d.npy;bias=d.bias.npy;relu;topk=2"),
        fitted.spec(Path.of("d.npy")));
  }

  private static double cosine(double[] a, double[] b) {
    double product = 0;
    double first = 0;
    double second = 0;
    for (int j = 0; j < a.length; j++) {
      product += a[j] * b[j];
      first += a[j] * a[j];
      second += b[j] * b[j];
    }
    return product / Math.sqrt(first * second);
  }

  private static void refused(MadeMaps maps, FitOptions options, String words) {
    String message = assertThrows(NetdissectException.class, () -> fit(maps, options)).getMessage();
    assertTrue(message.contains(words), message);
    assertTrue(message.startsWith("layer made: "), message);
    assertEquals(1, message.lines().count(), message);
  }

  @Test
  void whatCannotBeFittedIsRefusedInOneLine() {
    MadeMaps maps = mixture();
    float[] negative = maps.cells().clone();
    negative[5] = -1;
    float[] broken = maps.cells().clone();
    broken[7 * 12 + 3] = Float.NaN;
    MadeMaps zeros = new MadeMaps(new float[7200], 12, 2, 3, -1);
    MadeMaps few = new MadeMaps(Arrays.copyOf(maps.cells(), 72), 12, 2, 3, -1);
    refused(maps, options(FitOptions.Kind.PCA, 13), "12 channels, so there are no 13");
    refused(zeros, options(FitOptions.Kind.PCA, 2), "nothing to find");
    refused(zeros, options(FitOptions.Kind.NMF, 2), "nothing to find");
    refused(
        new MadeMaps(negative, 12, 2, 3, -1),
        options(FitOptions.Kind.NMF, 2),
        "values of 0 and above");
    refused(
        new MadeMaps(broken, 12, 2, 3, -1),
        options(FitOptions.Kind.PCA, 2),
        "unit 3 is NaN on image image-1");
    refused(few, options(FitOptions.Kind.KMEANS, 3), "6 cells are too few");
    refused(maps, options(FitOptions.Kind.KMEANS, 601), "too few for 601 directions");
    float[] flat = maps.cells().clone();
    for (int i = 0; i < flat.length; i += 12) {
      flat[i + 4] = 2;
    }
    refused(
        new MadeMaps(flat, 12, 2, 3, -1),
        options(FitOptions.Kind.WHITENING, 12),
        "varies in 11 directions only");
  }

  /** Images that are all the same have few different cells, and a covariance mostly of rounding. */
  @ParameterizedTest
  @EnumSource(names = {"PCA", "WHITENING"})
  void fewDifferentCellsGiveComponentsOrOneLine(FitOptions.Kind kind) throws IOException {
    int channels = 400;
    for (int different = 1; different <= 6; different++) {
      Random random = new Random(different);
      float[] one = new float[channels * 6];
      for (int i = 0; i < one.length; i++) {
        one[i] =
            i < different * channels
                ? (float) Math.max(0, random.nextGaussian())
                : one[i % (different * channels)];
      }
      float[] cells = new float[one.length * 4];
      for (int i = 0; i < cells.length; i++) {
        cells[i] = one[i % one.length];
      }
      MadeMaps maps = new MadeMaps(cells, channels, 2, 3, -1);
      if (different == 1) {
        refused(maps, options(kind, 1), "nothing to find");
      } else {
        Fitted fitted = fit(maps, options(kind, different - 1));
        assertEquals(1, fitted.info().explained(), 1e-9);
        if (kind == FitOptions.Kind.PCA) {
          assertEquals(channels, fit(maps, options(kind, channels)).rows().length);
        } else {
          refused(maps, options(kind, channels), "ask for --components " + (different - 1));
        }
      }
    }
  }

  @Test
  void optionsThatMakeNoSenseAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> FitOptions.Kind.of("ica"));
    assertThrows(IllegalArgumentException.class, () -> options(FitOptions.Kind.KMEANS, 0));
    assertThrows(IllegalArgumentException.class, () -> options(FitOptions.Kind.NMF, (1 << 14) + 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new FitOptions(FitOptions.Kind.DICTIONARY, 4, 1, 0, 5, 1));
    assertThrows(
        IllegalArgumentException.class, () -> new FitOptions(FitOptions.Kind.NMF, 4, 1, -1, 1, 1));
  }

  @Test
  void unreadableImagesAreLeftOutAndCounted() throws IOException {
    MadeMaps all = mixture();
    MadeMaps maps = new MadeMaps(all.cells(), 12, 2, 3, 50);
    float[] without = new float[594 * 12];
    System.arraycopy(all.cells(), 0, without, 0, 300 * 12);
    System.arraycopy(all.cells(), 306 * 12, without, 300 * 12, 294 * 12);
    Fitted fitted = fit(maps, options(FitOptions.Kind.PCA, 2));
    assertEquals(1, fitted.info().unreadable());
    assertEquals(594, fitted.info().cells());
    Fitted same = fit(new MadeMaps(without, 12, 2, 3, -1), options(FitOptions.Kind.PCA, 2));
    for (int c = 0; c < 2; c++) {
      assertArrayEquals(same.rows()[c], fitted.rows()[c], 1e-12);
    }
    assertEquals(
        198, fit(maps, new FitOptions(FitOptions.Kind.KMEANS, 2, 1, 200, 1, 2)).info().sample());
  }

  @Test
  void productsAreThoseOfThreeLoops() {
    Random random = new Random(5);
    for (int[] sizes : new int[][] {{1, 1, 1}, {3, 8, 5}, {17, 9, 600}, {5, 31, 257}}) {
      int rows = sizes[0];
      int inner = sizes[1];
      int columns = sizes[2];
      double[] a = random.doubles((long) rows * inner).toArray();
      double[] b = random.doubles((long) inner * columns).toArray();
      double[] product = new double[rows * columns];
      double[] turned = new double[rows * columns];
      MatrixProduct.add(
          MatrixProduct.Strided.rows(a, 0, inner), rows, inner, b, 0, columns, product);
      MatrixProduct.add(
          MatrixProduct.Strided.transposed(MatrixProduct.transposed(a, rows, inner), 0, rows),
          rows,
          inner,
          b,
          0,
          columns,
          turned);
      double[] gram = new double[columns * columns];
      MatrixProduct.addGram(b, inner, columns, gram);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          double sum = 0;
          for (int p = 0; p < inner; p++) {
            sum += a[i * inner + p] * b[p * columns + j];
          }
          assertEquals(sum, product[i * columns + j], 1e-9);
          assertEquals(sum, turned[i * columns + j], 1e-9);
        }
      }
      for (int i = 0; i < columns; i++) {
        for (int j = i; j < columns; j++) {
          double sum = 0;
          for (int p = 0; p < inner; p++) {
            sum += b[p * columns + i] * b[p * columns + j];
          }
          assertEquals(sum, gram[i * columns + j], 1e-9);
        }
      }
    }
  }
}
