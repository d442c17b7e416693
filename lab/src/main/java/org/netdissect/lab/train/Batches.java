package org.netdissect.lab.train;

import java.io.IOException;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Puts samples of an exercise together. */
final class Batches {
  /**
   * One batch: images (count·views × 3 × side × side) and targets (count × targets of a sample).
   */
  static final class Batch {
    final int count;
    final float[] images;
    final float[] targets;

    Batch(int count, float[] images, float[] targets) {
      this.count = count;
      this.images = images;
      this.targets = targets;
    }
  }

  private final Exercise exercise;
  private final Random random;
  private final int[] order;
  private int next;

  Batches(Exercise exercise) {
    this.exercise = exercise;
    this.random = new Random(exercise.options.seed() ^ 0x5DEECE66DL);
    this.order = exercise.samples.training();
    this.next = order.length;
  }

  /** The next batch to train on; every image comes once in each round. */
  Batch training() throws IOException {
    Batch batch = empty(exercise.options.batch());
    for (int i = 0; i < batch.count; i++) {
      if (next == order.length) {
        shuffle();
      }
      fill(batch, i, order[next++], random);
    }
    return batch;
  }

  private void shuffle() {
    next = 0;
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
  }

  /** These images, the same samples of them every time. */
  Batch validation(int[] chosen) throws IOException {
    Batch batch = empty(chosen.length);
    for (int i = 0; i < chosen.length; i++) {
      fill(batch, i, chosen[i], null);
    }
    return batch;
  }

  private int valuesOfSample() {
    return exercise.views() * exercise.valuesOfView();
  }

  private Batch empty(int count) {
    return new Batch(
        count, new float[count * valuesOfSample()], new float[count * exercise.targets()]);
  }

  private void fill(Batch batch, int i, int image, @Nullable Random draw) throws IOException {
    exercise.sample(
        image, draw, batch.images, i * valuesOfSample(), batch.targets, i * exercise.targets());
  }
}
