package org.netdissect.networks;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.InputEvidence.Clue;
import org.netdissect.networks.Operators.Trait;

/**
 * What a graph does to pixels before its first weights, found by sending plain colours through that
 * part of it: however it is written, it comes out as a factor and a term for each channel, or as
 * something else. A batch norm there keeps the mean and variance of what the network was trained
 * on.
 */
final class BuiltInNormalisation {
  /** Mean and standard deviation of photographs' pixels, red, green, blue (ImageNet's). */
  private static final double[] MEAN = {123.7, 116.3, 103.5};

  private static final double[] DEVIATION = {58.4, 57.1, 57.4};

  /** How far normalised pixels may lie from mean 0 and, as a logarithm, from deviation 1. */
  private static final double LARGEST_DISTANCE = 0.75;

  /** Two distances that differ by less are not told apart. */
  private static final double CLEAR = 0.05;

  private final double[] factor;
  private final double[] term;

  /** Which channel of the input each channel follows from. */
  private final int[] source;

  private BuiltInNormalisation(double[] factor, double[] term, int[] source) {
    this.factor = factor;
    this.term = term;
    this.source = source;
  }

  /** What follows from it; empty where pixels reach the first weights as they are. */
  static Optional<Clue> of(OnnxGraph graph, ImageInput input) throws ModelException {
    Front front = front(graph);
    if (front == null || (front.tensor().equals(input.name()) && front.norm() == null)) {
      return Optional.empty();
    }
    double[][] answers = answers(graph, input, front.tensor());
    if (answers == null) {
      return Optional.empty();
    }
    BuiltInNormalisation found = affine(answers);
    if (found == null) {
      return Optional.of(
          new Clue(
              "its graph changes pixels before the first weights by more than a scaling", null));
    }
    if (front.norm() != null) {
      return found.normalised(graph, front.norm());
    }
    return found.isNothing() ? Optional.empty() : Optional.of(found.clue());
  }

  /**
   * What the first weights read.
   *
   * @param norm the batch norm that reads it, or null
   */
  private record Front(String tensor, @Nullable OnnxNode norm) {}

  private static @Nullable Front front(OnnxGraph graph) {
    Set<String> pixels = new HashSet<>(Set.of(graph.input().getName()));
    for (OnnxNode node : graph.nodes()) {
      String read = node.reads().stream().filter(pixels::contains).findFirst().orElse(null);
      if (read == null || Operators.is(node, Trait.SHAPE_ONLY)) {
        continue;
      }
      if (node.op().equals("BatchNormalization")) {
        return new Front(read, node);
      }
      boolean isWeighted =
          Operators.is(node, Trait.WEIGHTED)
              || Operators.is(node, Trait.POOL)
              || Operators.is(node, Trait.NORMALISATION);
      if (isWeighted && !isOfSinglePixels(graph, node)) {
        return new Front(read, null);
      }
      pixels.addAll(node.outputs());
    }
    return null;
  }

  /** A convolution that makes three channels of three, pixel by pixel. */
  private static boolean isOfSinglePixels(OnnxGraph graph, OnnxNode node) {
    TensorProto weights = graph.constant(node.input(1));
    return node.op().equals("Conv")
        && weights != null
        && weights.getDimsCount() == 4
        && weights.getDims(0) == 3
        && weights.getDims(2) == 1
        && weights.getDims(3) == 1;
  }

  /** What becomes of black, grey, white, red, green and blue; null where it is no picture. */
  private static double @Nullable [][] answers(OnnxGraph graph, ImageInput input, String tensor)
      throws ModelException {
    int[][] colours = {
      {0, 0, 0}, {128, 128, 128}, {255, 255, 255}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}
    };
    double[][] answers = new double[colours.length][];
    try (NetworkOutputs outputs =
        NetworkOutputs.open(graph, input, Preprocessing.NONE, List.of(tensor))) {
      for (int i = 0; i < colours.length; i++) {
        byte[] rgb = new byte[input.height() * input.width() * 3];
        for (int p = 0; p < rgb.length; p++) {
          rgb[p] = (byte) colours[i][p % 3];
        }
        double[] answer = middle(outputs.run(rgb).get(0));
        if (answer == null) {
          return null;
        }
        answers[i] = answer;
      }
    }
    return answers;
  }

  /** The three values of the first image's pixel in the middle, or null. */
  private static double @Nullable [] middle(NetworkOutputs.Output output) {
    List<Long> dims = output.dims();
    if (dims.size() != 4 || output.floats() == null) {
      return null;
    }
    boolean isPlanar = dims.get(1) == 3;
    if (!isPlanar && dims.get(3) != 3) {
      return null;
    }
    int height = dims.get(isPlanar ? 2 : 1).intValue();
    int width = dims.get(isPlanar ? 3 : 2).intValue();
    int pixel = height / 2 * width + width / 2;
    double[] middle = new double[3];
    for (int c = 0; c < 3; c++) {
      middle[c] = output.floats()[isPlanar ? c * height * width + pixel : 3 * pixel + c];
    }
    return middle;
  }

  /** The factors and terms that explain the answers, or null where none do. */
  private static @Nullable BuiltInNormalisation affine(double[][] answers) {
    double[] black = answers[0];
    double[] factor = new double[3];
    int[] source = new int[3];
    for (int k = 0; k < 3; k++) {
      double span = answers[2][k] - black[k];
      double grey = (answers[1][k] - black[k]) / span;
      if (!Double.isFinite(grey) || Math.abs(grey - 128 / 255.0) > 1e-3) {
        return null;
      }
      source[k] = -1;
      for (int c = 0; c < 3; c++) {
        double share = (answers[3 + c][k] - black[k]) / span;
        if (Math.abs(share - 1) < 1e-3) {
          source[k] = c;
        } else if (Math.abs(share) > 1e-3) {
          return null;
        }
      }
      if (source[k] < 0) {
        return null;
      }
      factor[k] = span / 255;
    }
    return new BuiltInNormalisation(factor, black, source);
  }

  private boolean isNothing() {
    boolean isNothing = Arrays.equals(source, new int[] {0, 1, 2});
    for (int k = 0; k < 3; k++) {
      isNothing &= Math.abs(factor[k] - 1) < 1e-6 && Math.abs(term[k]) < 1e-6;
    }
    return isNothing;
  }

  /** What a channel holds for a pixel, if pixels went in under a preprocessing. */
  private double value(Preprocessing before, int channel, double pixel) {
    return factor[channel] * before.value(source[channel], pixel) + term[channel];
  }

  private Clue clue() {
    // What normalises by itself mostly begins at bytes or at 0 to 1.
    for (Preprocessing before :
        List.of(Preprocessing.NONE, Preprocessing.UNIT, Preprocessing.TORCH, Preprocessing.TF)) {
      for (Preprocessing whole : Preprocessing.known()) {
        if (!whole.equals(before) && comesOutAs(before, whole)) {
          return new Clue(
              "its graph makes of "
                  + before.name()
                  + " what "
                  + whole.name()
                  + " is: it normalises by itself",
              before);
        }
      }
    }
    Preprocessing likeliest =
        likeliest(List.of(Preprocessing.NONE, Preprocessing.UNIT), this::value);
    String text =
        "its graph normalises: pixel · "
            + numbers(factor)
            + (Arrays.stream(term).allMatch(t -> t == 0) ? "" : " + " + numbers(term))
            + (source[0] == 2 ? ", channels turned round" : "");
    return likeliest == null
        ? new Clue(text, null)
        : new Clue(text + ", which is made for " + likeliest.name(), likeliest);
  }

  private boolean comesOutAs(Preprocessing before, Preprocessing whole) {
    for (int k = 0; k < 3; k++) {
      double span = Math.abs(whole.value(k, 255) - whole.value(k, 0));
      if (before.colour(source[k]) != whole.colour(k)
          || Math.abs(value(before, k, 0) - whole.value(k, 0)) > Preprocessing.NEAR * span
          || Math.abs(value(before, k, 255) - whole.value(k, 255)) > Preprocessing.NEAR * span) {
        return false;
      }
    }
    return true;
  }

  /** With the statistics of a batch norm that follows. */
  private Optional<Clue> normalised(OnnxGraph graph, OnnxNode norm) throws ModelException {
    TensorProto means = graph.constant(norm.input(3));
    TensorProto variances = graph.constant(norm.input(4));
    if (means == null || variances == null) {
      return Optional.empty();
    }
    FloatTensor mean = new FloatTensor(means);
    FloatTensor variance = new FloatTensor(variances);
    if (mean.size() != 3 || variance.size() != 3) {
      return Optional.empty();
    }
    Preprocessing likeliest =
        likeliest(
            List.copyOf(Preprocessing.known()),
            (before, k, pixel) ->
                (value(before, k, pixel) - mean.get(k))
                    / Math.sqrt(Math.max(0, variance.get(k)) + 1e-9));
    String text = "its first batch norm was trained on pixels of mean " + numbers(mean);
    return Optional.of(
        likeliest == null
            ? new Clue(text, null)
            : new Clue(text + ", as " + likeliest.name() + " gives them", likeliest));
  }

  /** What becomes of a pixel. */
  private interface Normalised {
    double value(Preprocessing before, int channel, double pixel);
  }

  /** The one that brings photographs' pixels to mean 0 and deviation 1, or null where none does. */
  private @Nullable Preprocessing likeliest(List<Preprocessing> among, Normalised by) {
    Preprocessing best = null;
    double least = LARGEST_DISTANCE;
    double second = Double.POSITIVE_INFINITY;
    for (Preprocessing before : among) {
      double distance = 0;
      for (int k = 0; k < 3; k++) {
        int colour = before.colour(source[k]);
        double mean = by.value(before, k, MEAN[colour]);
        double deviation = by.value(before, k, MEAN[colour] + DEVIATION[colour]) - mean;
        distance =
            Math.max(distance, Math.max(Math.abs(mean), Math.abs(Math.log(Math.abs(deviation)))));
      }
      if (distance < least) {
        second = best == null ? second : least;
        least = distance;
        best = before;
      } else {
        second = Math.min(second, distance);
      }
    }
    return second - least < CLEAR ? null : best;
  }

  private static String numbers(double[] values) {
    return "(%.4g, %.4g, %.4g)".formatted(values[0], values[1], values[2]);
  }

  private static String numbers(FloatTensor values) {
    return numbers(new double[] {values.get(0), values.get(1), values.get(2)});
  }
}
