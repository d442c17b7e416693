package org.netdissect.lab.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.loss.Loss;
import java.util.Objects;

/** The loss of each {@link Goal} as DJL computes it: the mean over samples. */
final class Losses {
  private Losses() {}

  /**
   * The loss of a batch.
   *
   * @param outputs the network's
   * @param targets of the batch, flat
   * @param count samples in the batch
   */
  static NDArray of(Goal goal, NDList outputs, NDArray targets, int count) {
    if (goal instanceof Goal.Classes) {
      return classes(targets.reshape(count), outputs.get(0));
    } else if (goal instanceof Goal.Labels labels) {
      return Loss.sigmoidBinaryCrossEntropyLoss()
          .evaluate(
              new NDList(targets.reshape(count, labels.classes())), new NDList(outputs.get(0)));
    } else if (goal instanceof Goal.Cells cells) {
      NDArray grids = targets.reshape(count, cells.bins().size(), cells.cells());
      NDArray sum = null;
      for (int head = 0; head < cells.bins().size(); head++) {
        int bins = cells.bins().get(head);
        NDArray rows =
            outputs
                .get(head)
                .reshape(count, bins, cells.cells())
                .transpose(0, 2, 1)
                .reshape(-1, bins);
        NDArray loss = classes(grids.get(":," + head).reshape(-1), rows);
        sum = sum == null ? loss : sum.add(loss);
      }
      return Objects.requireNonNull(sum);
    } else if (goal instanceof Goal.Values values) {
      NDArray flat = outputs.get(0).reshape(count, values.values());
      return flat.sub(targets.reshape(count, values.values())).square().mean();
    } else if (goal instanceof Goal.Pairs pairs) {
      return pairs(outputs.get(0), 2 * count, pairs.temperature());
    }
    throw new IllegalArgumentException("no loss for " + goal);
  }

  private static NDArray classes(NDArray targets, NDArray values) {
    return Loss.softmaxCrossEntropyLoss().evaluate(new NDList(targets), new NDList(values));
  }

  /** NT-Xent: each row's partner among all other rows, by cosine. */
  private static NDArray pairs(NDArray rows, int n, double temperature) {
    NDManager manager = rows.getManager();
    NDArray norms = rows.square().sum(new int[] {1}, true).add(1e-12f).sqrt();
    NDArray unit = rows.div(norms);
    NDArray alike = unit.matMul(unit.transpose()).div((float) temperature);
    NDArray others = alike.sub(manager.eye(n).mul(1e9f));
    float[] partners = new float[n];
    for (int i = 0; i < n; i++) {
      partners[i] = i ^ 1;
    }
    return classes(manager.create(partners, new Shape(n)), others);
  }
}
