package org.netdissect.dissection.fit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.netdissect.networks.Layer;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;
import org.netdissect.networks.NetworkOutputs;
import org.netdissect.networks.Preprocessing;

/**
 * Shows photographs to a classifier under several preprocessings, all on one session, and keeps
 * what it answers.
 */
final class Trial implements AutoCloseable {
  /** What a network answered under one preprocessing. */
  private static final class Answers {
    private final NetworkOutputs outputs;
    private final List<double[]> seen = new ArrayList<>();
    private final List<double[]> mirrored = new ArrayList<>();
    private final boolean[] alive;

    Answers(NetworkOutputs outputs, int units) {
      this.outputs = outputs;
      this.alive = new boolean[units];
    }
  }

  private final NetworkOutputs session;
  private final int width;
  private final int step;
  private final Map<String, Answers> answers = new LinkedHashMap<>();
  private final List<Set<Integer>> classes = new ArrayList<>();

  private Trial(NetworkOutputs session, int width, int step) {
    this.session = session;
    this.width = width;
    this.step = step;
  }

  /**
   * Opens the network.
   *
   * @param candidates by name, at least one
   */
  static Trial of(Network network, Map<String, Preprocessing> candidates) throws IOException {
    Layer layer = network.defaultLayer();
    OptionalInt step = network.channelStep(layer);
    List<String> tensors = new ArrayList<>(network.outputNames().stream().limit(1).toList());
    if (step.isPresent() && !tensors.contains(layer.name())) {
      tensors.add(layer.name());
    }
    NetworkOutputs session = network.outputs(candidates.values().iterator().next(), tensors);
    try {
      Trial trial =
          new Trial(session, network.inputWidth(), tensors.size() > 1 ? step.getAsInt() : 0);
      for (Map.Entry<String, Preprocessing> candidate : candidates.entrySet()) {
        trial.answers.put(
            candidate.getKey(), new Answers(session.under(candidate.getValue()), layer.channels()));
      }
      return trial;
    } catch (ModelException e) {
      session.close();
      throw e;
    }
  }

  /**
   * Shows a photograph and its mirror image under every preprocessing.
   *
   * @param shown the classes that it shows by its labels; maybe none
   */
  void show(byte[] photograph, Set<Integer> shown) throws ModelException {
    byte[] turned = mirrored(photograph);
    for (Answers own : answers.values()) {
      own.seen.add(classes(own, photograph));
      own.mirrored.add(classes(own, turned));
    }
    classes.add(shown);
  }

  /** Photographs that were shown. */
  int images() {
    return classes.size();
  }

  /** Gives a preprocessing up. */
  void drop(String name) {
    answers.remove(name);
  }

  /** Classes that it tells apart. */
  int outputs(byte[] photograph) throws ModelException {
    return classes(answers.values().iterator().next(), photograph).length;
  }

  /** How the network behaved under each. */
  List<Fit> fits() {
    List<Fit> fits = new ArrayList<>();
    answers.forEach(
        (name, own) -> fits.add(Fit.of(name, own.seen, own.mirrored, dead(own), classes)));
    return fits;
  }

  private double dead(Answers own) {
    if (step == 0) {
      return 0;
    }
    int dead = 0;
    for (boolean unit : own.alive) {
      dead += unit ? 0 : 1;
    }
    return (double) dead / own.alive.length;
  }

  private byte[] mirrored(byte[] rgb) {
    byte[] mirrored = new byte[rgb.length];
    for (int p = 0; p < rgb.length / 3; p++) {
      int from = p / width * width + width - 1 - p % width;
      System.arraycopy(rgb, 3 * from, mirrored, 3 * p, 3);
    }
    return mirrored;
  }

  /** Probabilities of the classes; marks the units that are not zero everywhere. */
  private double[] classes(Answers own, byte[] rgb) throws ModelException {
    List<NetworkOutputs.Output> all = own.outputs.run(rgb);
    NetworkOutputs.Output output = all.get(0);
    // Of a batch of its own only the first image is ours; all sides but the classes' are 1.
    long classes = 1;
    long longest = 0;
    for (long side :
        output.dims().subList(Math.min(1, output.dims().size()), output.dims().size())) {
      classes *= side;
      longest = Math.max(longest, side);
    }
    if (output.floats() == null || classes != longest || classes < 2) {
      throw new ModelException(
          "the network's output "
              + output.name()
              + " has no value for each class, so photographs cannot tell its preprocessing");
    }
    float[] maps = all.size() > 1 ? all.get(1).floats() : null;
    if (maps != null) {
      mark(own.alive, maps);
    }
    return Fit.probabilities(Arrays.copyOf(output.floats(), (int) classes));
  }

  private void mark(boolean[] alive, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (values[i] != 0) {
        alive[i / step % alive.length] = true;
      }
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
