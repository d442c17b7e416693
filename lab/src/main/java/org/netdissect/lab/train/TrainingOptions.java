package org.netdissect.lab.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What to train, on what, how long.
 *
 * @param data a Broden folder, or a folder with a sub-folder of images for each class
 * @param out run folder; must not hold a finished run
 * @param task what the network learns
 * @param iterations batches
 * @param batch images a batch
 * @param seed of the first weights, the order of the images, dropout
 * @param size pixels a side of the input
 * @param architecture pattern of the trunk
 * @param shape its size; the width a multiple of 8, since PyTorch's convolutions give NaN now and
 *     then when channels do not fill its blocks
 * @param head how the trunk's maps become a classifier's values
 * @param dropout rate before the classifier, or after each hidden layer of the head
 * @param rate largest learning rate (Adam); it falls to zero along a half cosine
 * @param init checkpoint to start from, or null
 * @param freeze names of steps, as conv1, whose weights stay as they are at the start
 * @param checkpoints iterations at which the network is also written; 0 is before training
 * @param flip whether images are mirrored at random
 * @param threads that PyTorch computes with; the order in which it adds floating-point numbers, and
 *     so the last bits of the outcome, depend on it
 */
public record TrainingOptions(
    Path data,
    Path out,
    Task task,
    int iterations,
    int batch,
    long seed,
    int size,
    Architecture architecture,
    Architecture.Shape shape,
    Architecture.Head head,
    double dropout,
    double rate,
    @Nullable Path init,
    List<String> freeze,
    List<Integer> checkpoints,
    boolean flip,
    int threads) {
  public TrainingOptions {
    checkpoints = List.copyOf(checkpoints);
    freeze = List.copyOf(freeze);
    if (iterations < 1 || batch < 2) {
      throw new IllegalArgumentException("at least 1 iteration of at least 2 images");
    }
    if (!(rate > 0 && rate <= 1)) {
      throw new IllegalArgumentException("learning rate " + rate + ": above 0 to 1");
    }
    // Of 8 runs with width 4, 6 met NaN in PyTorch's convolutions; of 8 with width 8, none.
    if (shape.width() % 8 != 0) {
      throw new IllegalArgumentException("width " + shape.width() + ": a multiple of 8");
    }
    Architecture.checkSize(size);
    Architecture.checkDropout(dropout);
    architecture.trunk(new NetworkSpec.Builder(), "", 3, shape);
    if (threads < 1 || threads > 1024) {
      throw new IllegalArgumentException(threads + " threads: 1 to 1024");
    }
    for (int at : checkpoints) {
      if (at < 0 || at > iterations) {
        throw new IllegalArgumentException(
            "checkpoint " + at + ": iterations run from 0 to " + iterations);
      }
    }
  }

  /** The same training on other data, to another folder, from another checkpoint. */
  public TrainingOptions with(Path otherData, Path otherOut, @Nullable Path otherInit) {
    return copy(otherData, otherOut, seed, otherInit, checkpoints, threads);
  }

  /** The same training with other checkpoints along the way. */
  public TrainingOptions withCheckpoints(List<Integer> others) {
    return copy(data, out, seed, init, others, threads);
  }

  /**
   * What networks share that differ by their seed only: all that shapes the outcome but the seed.
   */
  public String condition() {
    return copy(data, Path.of("out"), 0, init, List.of(), 1).command();
  }

  private TrainingOptions copy(
      Path otherData,
      Path otherOut,
      long otherSeed,
      @Nullable Path otherInit,
      List<Integer> otherCheckpoints,
      int otherThreads) {
    return new TrainingOptions(
        otherData,
        otherOut,
        task,
        iterations,
        batch,
        otherSeed,
        size,
        architecture,
        shape,
        head,
        dropout,
        rate,
        otherInit,
        freeze,
        otherCheckpoints,
        flip,
        otherThreads);
  }

  /** The command that repeats this run, with every option spelt out. */
  public String command() {
    List<String> words = new ArrayList<>(List.of("netdissect", "train"));
    words.addAll(List.of("--data", data.toString(), "--arch", architecture.typed()));
    words.addAll(List.of("--task", task.lowerCase(), "--iterations", "" + iterations));
    words.addAll(List.of("--batch", "" + batch, "--seed", "" + seed, "--size", "" + size));
    words.addAll(List.of("--width", "" + shape.width(), "--depth", "" + shape.depth()));
    words.addAll(List.of("--head", head.typed(), "--dropout", "" + dropout));
    if (!shape.batchNorm()) {
      words.add("--no-batch-norm");
    }
    words.addAll(List.of("--rate", "" + rate));
    if (init != null) {
      words.addAll(List.of("--init", init.toString()));
    }
    if (!freeze.isEmpty()) {
      words.addAll(List.of("--freeze", String.join(",", freeze)));
    }
    if (!checkpoints.isEmpty()) {
      words.add("--checkpoints");
      words.add(checkpoints.stream().map(String::valueOf).collect(Collectors.joining(",")));
    }
    if (!flip) {
      words.add("--no-flip");
    }
    words.addAll(List.of("--threads", "" + threads, "--out", out.toString()));
    return String.join(" ", words);
  }
}
