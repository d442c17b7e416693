package org.netdissect.lab.train;

import java.nio.file.Path;
import java.util.List;

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
 * @param width see {@link NetworkSpec#alexnetSmall}
 * @param depth see {@link NetworkSpec#alexnetSmall}
 * @param dropout rate before the classifier
 * @param batchNorm whether to normalise
 * @param rate largest learning rate (Adam); it falls to zero along a half cosine
 * @param init checkpoint to start from, or null
 * @param checkpoints iterations at which the network is also written; 0 is before training
 * @param flip whether images are mirrored at random
 */
public record TrainingOptions(
    Path data,
    Path out,
    Task task,
    int iterations,
    int batch,
    long seed,
    int size,
    int width,
    int depth,
    double dropout,
    boolean batchNorm,
    double rate,
    Path init,
    List<Integer> checkpoints,
    boolean flip) {
  public TrainingOptions {
    checkpoints = List.copyOf(checkpoints);
    if (iterations < 1 || batch < 2) {
      throw new IllegalArgumentException("at least 1 iteration of at least 2 images");
    }
    if (!(rate > 0 && rate <= 1)) {
      throw new IllegalArgumentException("learning rate " + rate + ": above 0 to 1");
    }
    for (int at : checkpoints) {
      if (at < 0 || at > iterations) {
        throw new IllegalArgumentException(
            "checkpoint " + at + ": iterations run from 0 to " + iterations);
      }
    }
  }

  /** Defaults: 3000 batches of 64 images of 112 pixels, width 24, 5 convolutions, batch norm. */
  public static TrainingOptions of(Path data, Path out) {
    return new TrainingOptions(
        data, out, Task.SCENE, 3000, 64, 1, 112, 24, 5, 0, true, 2e-3, null, List.of(), true);
  }
}
