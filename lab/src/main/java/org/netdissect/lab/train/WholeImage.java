package org.netdissect.lab.train;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One image, one answer: its scene, its objects, or by how many quarter turns it was turned. */
final class WholeImage extends Exercise {
  WholeImage(Samples samples, TrainingOptions options) {
    super(samples, options);
  }

  private boolean rotation() {
    return options.task() == Task.ROTATION;
  }

  @Override
  NetworkSpec network() {
    return options
        .architecture()
        .classifier(
            options.size(), classes().size(), options.shape(), options.head(), options.dropout());
  }

  @Override
  NetworkSpec exported() {
    return network();
  }

  @Override
  Goal goal() {
    return samples.multiLabel()
        ? new Goal.Labels(classes().size())
        : new Goal.Classes(classes().size());
  }

  @Override
  List<String> classes() {
    return rotation() ? List.of("0", "90", "180", "270") : samples.classes();
  }

  @Override
  int targets() {
    return samples.multiLabel() ? classes().size() : 1;
  }

  @Override
  void sample(int image, @Nullable Random random, float[] images, int at, float[] targets, int to)
      throws IOException {
    boolean mirror = mirrored(random);
    int turns = 0;
    if (rotation()) {
      turns = random == null ? image & 3 : random.nextInt(4);
    }
    Pixels.whole(samples.pixels(image), side(), mirror, turns, images, at);
    if (rotation()) {
      targets[to] = turns;
    } else if (samples.multiLabel()) {
      for (int label : samples.labels(image)) {
        targets[to + label] = 1;
      }
    } else {
      targets[to] = samples.labels(image)[0];
    }
  }
}
