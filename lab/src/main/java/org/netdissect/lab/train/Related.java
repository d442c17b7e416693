package org.netdissect.lab.train;

import org.netdissect.lab.train.NetworkSpec.Dropout;
import org.netdissect.lab.train.NetworkSpec.GlobalMean;
import org.netdissect.lab.train.NetworkSpec.Join;
import org.netdissect.lab.train.NetworkSpec.Linear;
import org.netdissect.lab.train.NetworkSpec.Relu;

/** Tasks that ask how several pictures of one image are related, by classes. */
abstract class Related extends Exercise {
  private static final int HIDDEN = 128;

  Related(Samples samples, TrainingOptions options) {
    super(samples, options);
  }

  /** The trunk under each view, its means side by side, one hidden layer, a classifier. */
  @Override
  final NetworkSpec network() {
    NetworkSpec.Builder to = new NetworkSpec.Builder();
    int channels = options.architecture().trunk(to, "", 3, options.shape());
    to.add(new GlobalMean("mean")).add(new Join("joined", views()));
    to.add(new Linear("fc1", channels * views(), HIDDEN)).add(new Relu("relu_fc1"));
    if (options.dropout() > 0) {
      to.add(new Dropout("drop", options.dropout()));
    }
    return to.add(new Linear("fc2", HIDDEN, classes().size())).build(side());
  }

  @Override
  final Goal goal() {
    return new Goal.Classes(classes().size());
  }
}
