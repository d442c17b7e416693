package org.netdissect.dissection.fit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * How a network behaves under one preprocessing, on some photographs and their mirror images.
 *
 * @param name of the preprocessing
 * @param agreement how often the likeliest class of a photograph is that of its mirror image,
 *     beyond chance: Cohen's κ, 1 for always, 0 for no more than chance. Trained networks hardly
 *     mind mirroring, if photographs reach them as in training
 * @param information bits that the outputs tell of which photograph was shown: the entropy of their
 *     mean less the mean of their entropies. Low where the network is unsure, and where it says the
 *     same of everything
 * @param confidence mean probability of the likeliest class; near 1 on photographs of anything is
 *     saturation
 * @param classes that are the likeliest of some photograph
 * @param dead share of the default layer's units that are zero on every photograph
 * @param labelled photographs whose labels name a class
 * @param named of these, those whose likeliest class is one that their labels name
 * @param naming how often that is beyond chance, as agreement
 */
public record Fit(
    String name,
    double agreement,
    double information,
    double confidence,
    int classes,
    double dead,
    int labelled,
    int named,
    double naming) {

  /** From this confidence on the outputs count as saturated. */
  private static final double SATURATED = 0.98;

  /** Fewer photographs whose labels name a class do not count. */
  private static final int ENOUGH = 10;

  /** From this {@link #naming} on the network finds what labels name. */
  private static final double FOUND = 0.2;

  /**
   * One number for the order: agreement and information count alike, dead units against it, and
   * saturated outputs for half. Where enough photographs have labels that name a class, finding
   * those counts as much as all of that.
   *
   * @param images that were shown: they could be told apart with log2(images) bits
   */
  double score(int images) {
    double told = information / (Math.log(Math.max(2, images)) / Math.log(2));
    double score = (agreement + told) / 2 * (1 - dead);
    score = confidence > SATURATED ? score / 2 : score;
    return labelled < ENOUGH ? score : (score + Math.max(0, naming)) / 2;
  }

  /** Whether enough photographs have labels that name a class, and those are found. */
  boolean isNamingBeyondChance() {
    return labelled >= ENOUGH && naming >= FOUND;
  }

  /**
   * From outputs.
   *
   * @param outputs by photograph, a probability for each class
   * @param mirrored the same of the mirror images
   * @param shown by photograph, the classes that its labels name; maybe none
   */
  static Fit of(
      String name,
      List<double[]> outputs,
      List<double[]> mirrored,
      double dead,
      List<Set<Integer>> shown) {
    int n = outputs.size();
    int classes = outputs.get(0).length;
    double[] mean = new double[classes];
    double entropies = 0;
    double confidence = 0;
    double agreed = 0;
    Map<Integer, Integer> first = new HashMap<>();
    Map<Integer, Integer> second = new HashMap<>();
    for (int i = 0; i < n; i++) {
      double[] p = outputs.get(i);
      int best = best(p);
      int other = best(mirrored.get(i));
      agreed += best == other ? 1 : 0;
      first.merge(best, 1, Integer::sum);
      second.merge(other, 1, Integer::sum);
      confidence += p[best];
      entropies += entropy(p);
      for (int c = 0; c < classes; c++) {
        mean[c] += p[c] / n;
      }
    }
    double chance = 0;
    for (Map.Entry<Integer, Integer> entry : first.entrySet()) {
      chance += (double) entry.getValue() * second.getOrDefault(entry.getKey(), 0) / n / n;
    }
    List<Integer> labelled =
        IntStream.range(0, n).filter(i -> !shown.get(i).isEmpty()).boxed().toList();
    int named = 0;
    int byChance = 0;
    for (int i : labelled) {
      for (int j : labelled) {
        int hit = shown.get(i).contains(best(outputs.get(j))) ? 1 : 0;
        named += i == j ? hit : 0;
        byChance += hit;
      }
    }
    int m = labelled.size();
    return new Fit(
        name,
        beyond(agreed / n, chance),
        Math.max(0, entropy(mean) - entropies / n),
        confidence / n,
        first.size(),
        dead,
        m,
        named,
        m == 0 ? 0 : beyond((double) named / m, (double) byChance / m / m));
  }

  private static double beyond(double observed, double chance) {
    return chance >= 1 ? 0 : (observed - chance) / (1 - chance);
  }

  private static int best(double[] p) {
    int best = 0;
    for (int c = 1; c < p.length; c++) {
      best = p[c] > p[best] ? c : best;
    }
    return best;
  }

  /** In bits. */
  private static double entropy(double[] p) {
    double sum = 0;
    for (double value : p) {
      sum -= value > 0 ? value * Math.log(value) / Math.log(2) : 0;
    }
    return sum;
  }

  /** Outputs as probabilities: as they are where they are some already, else their softmax. */
  static double[] probabilities(float[] values) {
    double[] p = new double[values.length];
    double sum = 0;
    double largest = Double.NEGATIVE_INFINITY;
    boolean given = true;
    for (float value : values) {
      sum += value;
      largest = Math.max(largest, value);
      given &= value >= 0;
    }
    if (given && Math.abs(sum - 1) < 1e-3) {
      for (int c = 0; c < p.length; c++) {
        p[c] = values[c];
      }
      return p;
    }
    double all = 0;
    for (int c = 0; c < p.length; c++) {
      p[c] = Math.exp(values[c] - largest);
      all += p[c];
    }
    for (int c = 0; c < p.length; c++) {
      p[c] /= all;
    }
    return p;
  }
}
