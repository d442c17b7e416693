package org.netdissect.lab.train;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of a network's parameters by name, as {@code conv1.weight}. What is in it is not
 * changed.
 */
public final class Weights {
  /** One parameter. A plain class, since arrays have no equality. */
  public static final class Tensor {
    private final long[] shape;
    private final float[] values;

    Tensor(long[] shape, float[] values) {
      long size = 1;
      for (long n : shape) {
        size = Math.multiplyExact(size, n);
      }
      if (size != values.length) {
        throw new IllegalArgumentException(
            values.length + " values for shape " + Arrays.toString(shape));
      }
      this.shape = shape;
      this.values = values;
    }

    /** Sizes of its axes; the array itself. */
    public long[] shape() {
      return shape;
    }

    /** Row-major; the array itself. */
    public float[] values() {
      return values;
    }
  }

  private final Map<String, Tensor> tensors;

  Weights(Map<String, Tensor> tensors) {
    this.tensors = new LinkedHashMap<>(tensors);
  }

  /** The parameter of that name, or null. */
  public @Nullable Tensor get(String name) {
    return tensors.get(name);
  }

  Map<String, Tensor> all() {
    return tensors;
  }

  /**
   * Random weights: normal with variance 2 / inputs (He et al. 2015), biases 0; the same for a seed
   * on every machine.
   */
  public static Weights random(NetworkSpec spec, long seed) {
    Random random = new Random(seed);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (NetworkSpec.Step step : spec.steps()) {
      if (step instanceof NetworkSpec.Conv conv) {
        normal(
            tensors,
            conv.name(),
            random,
            conv.in() * conv.kernel() * conv.kernel(),
            conv.out(),
            conv.in(),
            conv.kernel(),
            conv.kernel());
      } else if (step instanceof NetworkSpec.Mix mix) {
        mix(tensors, mix);
      } else if (step instanceof NetworkSpec.Linear linear) {
        normal(tensors, linear.name(), random, linear.in(), linear.out(), linear.in());
      } else if (step instanceof NetworkSpec.Norm norm) {
        tensors.put(norm.name() + ".weight", filled(norm.channels(), 1));
        tensors.put(norm.name() + ".bias", filled(norm.channels(), 0));
        tensors.put(norm.name() + ".running_mean", filled(norm.channels(), 0));
        tensors.put(norm.name() + ".running_var", filled(norm.channels(), 1));
      }
    }
    return new Weights(tensors);
  }

  private static void normal(
      Map<String, Tensor> tensors, String name, Random random, int inputs, long... shape) {
    int size = 1;
    for (long n : shape) {
      size = Math.multiplyExact(size, Math.toIntExact(n));
    }
    float[] values = new float[size];
    double deviation = Math.sqrt(2.0 / inputs);
    for (int i = 0; i < size; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    tensors.put(name + ".weight", new Tensor(shape, values));
    tensors.put(name + ".bias", filled((int) shape[0], 0));
  }

  private static void mix(Map<String, Tensor> tensors, NetworkSpec.Mix mix) {
    float[] values = new float[mix.out() * mix.in()];
    float[] offsets = new float[mix.out()];
    for (int o = 0; o < mix.out(); o++) {
      offsets[o] = mix.offsets().get(o);
      for (int i = 0; i < mix.in(); i++) {
        values[o * mix.in() + i] = mix.weights().get(o).get(i);
      }
    }
    tensors.put(mix.name() + ".weight", new Tensor(new long[] {mix.out(), mix.in(), 1, 1}, values));
    tensors.put(mix.name() + ".bias", new Tensor(new long[] {mix.out()}, offsets));
  }

  private static Tensor filled(int n, float value) {
    float[] values = new float[n];
    Arrays.fill(values, value);
    return new Tensor(new long[] {n}, values);
  }

  /** Whether all values are numbers. */
  boolean areFinite() {
    for (Tensor tensor : tensors.values()) {
      for (float value : tensor.values) {
        if (!Float.isFinite(value)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Those of a network's steps only. */
  Weights of(NetworkSpec spec) {
    Set<String> names = new HashSet<>();
    spec.steps().forEach(step -> names.add(step.name()));
    Map<String, Tensor> kept = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (names.contains(name.substring(0, name.lastIndexOf('.')))) {
            kept.put(name, tensor);
          }
        });
    return new Weights(kept);
  }

  /**
   * These weights with those of another network laid over where name and shape agree: the start of
   * fine-tuning, where the classifier may differ.
   *
   * @throws IllegalArgumentException when nothing agrees
   */
  public Weights startedFrom(Weights other) {
    Map<String, Tensor> merged = new LinkedHashMap<>(tensors);
    int taken = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor theirs = other.get(entry.getKey());
      if (theirs != null && Arrays.equals(theirs.shape, entry.getValue().shape)) {
        merged.put(entry.getKey(), theirs);
        taken++;
      }
    }
    if (taken == 0) {
      throw new IllegalArgumentException(
          "no layer of the checkpoint has a name and shape of this network");
    }
    return new Weights(merged);
  }
}
