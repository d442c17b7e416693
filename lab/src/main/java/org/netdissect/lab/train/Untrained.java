package org.netdissect.lab.train;

import java.io.IOException;
import java.util.Map;
import org.netdissect.base.NetdissectException;

/** What is known of a network before it is trained, and before its images are there. */
public final class Untrained {
  /** Classes of a task that takes them from its images. */
  private static final int CLASSES = 24;

  private Untrained() {}

  /**
   * A network with the layers of the one that a training writes, as an ONNX file; the number of its
   * classes is any.
   *
   * @throws NetdissectException in one line when the training could not begin
   */
  public static byte[] model(TrainingOptions options) throws NetdissectException {
    NetworkSpec spec;
    try {
      spec = spec(options);
    } catch (IllegalArgumentException e) {
      throw new NetdissectException(String.valueOf(e.getMessage()), e);
    }
    return OnnxFiles.write(spec, Weights.random(spec, 1), Map.of());
  }

  /**
   * Refuses early data that a training cannot learn from, by what lies there and its tables.
   *
   * @throws NetdissectException in one line
   */
  public static void checkData(TrainingOptions options) throws IOException {
    Samples.check(options);
  }

  private static NetworkSpec spec(TrainingOptions options) throws NetdissectException {
    Exercise.checkHead(options);
    if (options.task().classifiesWholeImage()) {
      NetworkSpec classifier =
          options
              .architecture()
              .classifier(
                  options.size(), CLASSES, options.shape(), options.head(), options.dropout());
      Training.frozen(options, classifier);
      return classifier;
    }
    if (options.task() == Task.CROSSCHANNEL) {
      NetworkSpec halves = Colours.CrossChannel.network(options);
      Training.frozen(options, halves);
      return Exercise.exported(halves, Colours.CrossChannel.BOTH, options.size());
    }
    NetworkSpec.Builder to = new NetworkSpec.Builder();
    options.architecture().trunk(to, "", 3, options.shape());
    to.build(NetworkCost.of(options).side()).maps(); // patches are smaller than images
    return Exercise.exported(to.build(options.size()), to.last(), options.size());
  }
}
