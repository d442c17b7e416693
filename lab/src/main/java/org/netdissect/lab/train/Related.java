package org.netdissect.lab.train;

import java.util.ArrayList;
import java.util.List;
import org.netdissect.lab.train.NetworkSpec.Conv;
import org.netdissect.lab.train.NetworkSpec.Dropout;
import org.netdissect.lab.train.NetworkSpec.Flatten;
import org.netdissect.lab.train.NetworkSpec.Join;
import org.netdissect.lab.train.NetworkSpec.Linear;
import org.netdissect.lab.train.NetworkSpec.MaxPool;
import org.netdissect.lab.train.NetworkSpec.Norm;
import org.netdissect.lab.train.NetworkSpec.Relu;
import org.netdissect.lab.train.NetworkSpec.Step;

/**
 * Tasks that ask how several pictures of one image are related, by classes. As in Doersch, Gupta
 * and Efros 2015 and Agrawal, Carreira and Malik 2015 one trunk looks at each picture, and layers
 * of the task's own at what it made of all of them. These keep the places of the maps: how things
 * lie to each other, and how they moved, is told by where they are.
 */
abstract class Related extends Exercise {
  private static final int HIDDEN = 128;

  /** Places a side, at most, of the maps that are compared. */
  private static final int GRID = 8;

  Related(Samples samples, TrainingOptions options) {
    super(samples, options);
  }

  /**
   * The trunk under each view, one convolution over all their maps, a hidden layer, the answers.
   */
  @Override
  final NetworkSpec network() {
    NetworkSpec.Builder to = new NetworkSpec.Builder();
    options.architecture().trunk(to, "", 3, options.shape());
    int side = to.build(side()).output().side();
    int pool = (side + GRID - 1) / GRID;
    if (pool > 1) {
      to.add(new MaxPool("pool_joined", pool, pool, 0));
    }
    int places = side / pool;
    to.add(together());
    int in = to.build(side()).output().channels();
    to.add(new Conv("conv_joined", in, HIDDEN, 3, 1, 1));
    if (options.shape().batchNorm()) {
      to.add(new Norm("bn_joined", HIDDEN));
    }
    to.add(new Relu("relu_joined")).add(new Flatten("flat"));
    to.add(new Linear("fc1", HIDDEN * places * places, HIDDEN)).add(new Relu("relu_fc1"));
    if (options.dropout() > 0) {
      to.add(new Dropout("drop", options.dropout()));
    }
    String hidden = to.last();
    List<String> outputs = new ArrayList<>();
    for (int kinds : answers()) {
      outputs.add("fc" + (2 + outputs.size()));
      to.add(new Linear(outputs.get(outputs.size() - 1), HIDDEN, kinds), hidden);
    }
    return to.build(side(), outputs);
  }

  /** The step that brings the maps of a sample's pictures together: one on top of the other. */
  Step together() {
    return new Join("joined", views());
  }

  /** Number of classes of each answer: one, unless a task asks several things at once. */
  List<Integer> answers() {
    return List.of(classes().size());
  }

  @Override
  final Goal goal() {
    List<Integer> answers = answers();
    return answers.size() == 1 ? new Goal.Classes(answers.get(0)) : new Goal.Cells(answers, 1);
  }

  @Override
  final int targets() {
    return answers().size();
  }
}
