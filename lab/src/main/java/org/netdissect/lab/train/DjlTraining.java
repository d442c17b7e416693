package org.netdissect.lab.train;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Adam;
import ai.djl.training.tracker.Tracker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.threads.InOrder;

/** The only class that touches DJL. Load it through {@link Training}. */
final class DjlTraining implements AutoCloseable {
  private static final int VALIDATION_BATCH = 64;

  /** What happens on the way. */
  interface Listener {
    void step(int iteration, double loss, double rate) throws IOException;
  }

  /** How well the network does on the validation images. */
  record Score(double accuracy, double loss) {}

  private final NetworkSpec spec;
  private final Model model;
  private final Block block;
  private final List<Named> parameters = new ArrayList<>();

  private record Named(String name, Parameter parameter) {}

  private DjlTraining(NetworkSpec spec, Weights weights) {
    this.spec = spec;
    SequentialBlock sequence = new SequentialBlock();
    List<Named> blocks = new ArrayList<>();
    Map<String, Block> byName = new LinkedHashMap<>();
    for (NetworkSpec.Step step : spec.layers()) {
      Block layer = block(step);
      byName.put(step.name(), layer);
      sequence.add(layer);
    }
    this.block = sequence;
    this.model = Model.newInstance("network", Device.cpu(), "PyTorch");
    model.setBlock(block);
    block.initialize(
        model.getNDManager(), DataType.FLOAT32, new Shape(1, 3, spec.size(), spec.size()));
    byName.forEach(
        (name, layer) ->
            layer
                .getParameters()
                .forEach(
                    pair ->
                        blocks.add(
                            new Named(name + "." + torchName(pair.getKey()), pair.getValue()))));
    parameters.addAll(blocks);
    for (Named named : parameters) {
      Weights.Tensor tensor = weights.get(named.name);
      if (tensor == null) {
        throw new IllegalStateException("no weights " + named.name);
      }
      NDArray array = named.parameter.getArray();
      if (!Arrays.equals(array.getShape().getShape(), tensor.shape())) {
        throw new IllegalStateException(named.name + " is " + array.getShape());
      }
      array.set(tensor.values());
    }
  }

  static DjlTraining open(NetworkSpec spec, Weights weights, long seed, int threads) {
    // Read when the engine starts, once in a process.
    System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
    Engine.getEngine("PyTorch").setRandomSeed(Math.toIntExact(Math.floorMod(seed, 1L << 31)));
    return new DjlTraining(spec, weights);
  }

  private static String torchName(String name) {
    return switch (name) {
      case "gamma" -> "weight";
      case "beta" -> "bias";
      case "runningMean" -> "running_mean";
      case "runningVar" -> "running_var";
      default -> name;
    };
  }

  private static Block block(NetworkSpec.Step step) {
    if (step instanceof NetworkSpec.Conv conv) {
      return Conv2d.builder()
          .setFilters(conv.out())
          .setKernelShape(new Shape(conv.kernel(), conv.kernel()))
          .optStride(new Shape(conv.stride(), conv.stride()))
          .optPadding(new Shape(conv.pad(), conv.pad()))
          .build();
    } else if (step instanceof NetworkSpec.Norm) {
      return BatchNorm.builder().optEpsilon(1e-5f).optMomentum(0.1f).build();
    } else if (step instanceof NetworkSpec.Relu) {
      return Activation.reluBlock();
    } else if (step instanceof NetworkSpec.MaxPool pool) {
      return Pool.maxPool2dBlock(
          new Shape(pool.kernel(), pool.kernel()),
          new Shape(pool.stride(), pool.stride()),
          new Shape(pool.pad(), pool.pad()));
    } else if (step instanceof NetworkSpec.Dropout dropout) {
      return Dropout.builder().optRate((float) dropout.rate()).build();
    } else if (step instanceof NetworkSpec.GlobalMean) {
      return Pool.globalAvgPool2dBlock();
    } else if (step instanceof NetworkSpec.Linear linear) {
      return Linear.builder().setUnits(linear.out()).build();
    }
    throw new IllegalArgumentException("no block for " + step);
  }

  /** The weights as they are now. */
  Weights weights() {
    Map<String, Weights.Tensor> tensors = new LinkedHashMap<>();
    for (Named named : parameters) {
      NDArray array = named.parameter.getArray();
      tensors.put(
          named.name, new Weights.Tensor(array.getShape().getShape(), array.toFloatArray()));
    }
    return new Weights(tensors);
  }

  /** Runs the network on images as it would be used: n × classes values. */
  float[] predict(float[] images, int count) {
    try (NDManager scope = model.getNDManager().newSubManager()) {
      NDArray input = scope.create(images, new Shape(count, 3, spec.size(), spec.size()));
      return block
          .forward(new ParameterStore(scope, false), new NDList(input), false)
          .singletonOrThrow()
          .toFloatArray();
    }
  }

  /** Trains from iteration first + 1 to the last; the listener may ask for weights and scores. */
  void train(Batches batches, Samples samples, TrainingOptions options, Listener listener)
      throws IOException {
    float[] rate = {0};
    Tracker tracker =
        updates -> {
          // A short rise, then a half cosine down to zero.
          double rise = Math.min(1, (updates + 1) / (0.02 * options.iterations() + 1));
          double t = Math.min(1, (double) updates / options.iterations());
          rate[0] = (float) (options.rate() * rise * 0.5 * (1 + Math.cos(Math.PI * t)));
          return rate[0];
        };
    Loss loss = loss(samples);
    DefaultTrainingConfig config =
        new DefaultTrainingConfig(loss)
            .optDevices(new Device[] {Device.cpu()})
            .optOptimizer(Adam.builder().optLearningRateTracker(tracker).build());
    try (Trainer trainer = model.newTrainer(config)) {
      trainer.initialize(new Shape(options.batch(), 3, spec.size(), spec.size()));
      // The next batch is made while this one is trained on: one thread, so always in this order.
      InOrder.run(
          1,
          1,
          1,
          options.iterations() + 1,
          "batches",
          i -> batches.training(),
          (i, batch) -> {
            double value = step(trainer, loss, samples, batch);
            if (!Double.isFinite(value)) {
              throw diverged(i, options);
            }
            listener.step(i, value, rate[0]);
          });
    }
  }

  /** Moves the weights once; the loss before. */
  private double step(Trainer trainer, Loss loss, Samples samples, Batches.Batch batch) {
    double value;
    try (NDManager scope = trainer.getManager().newSubManager()) {
      NDArray images =
          scope.create(batch.images, new Shape(batch.count, 3, spec.size(), spec.size()));
      NDArray targets = scope.create(batch.targets, targetShape(samples, batch));
      try (GradientCollector gradients = trainer.newGradientCollector()) {
        NDList output = trainer.forward(new NDList(images), new NDList(targets));
        NDArray l = loss.evaluate(new NDList(targets), output);
        gradients.backward(l);
        value = l.toFloatArray()[0];
        output.close();
        l.close();
      }
      trainer.step();
    }
    return value;
  }

  private static IOException diverged(int iteration, TrainingOptions options) {
    return new NetdissectException(
        String.format(
            Locale.ROOT,
            "training diverged at iteration %d; try once more, and if it comes again a smaller"
                + " --rate than %s",
            iteration,
            options.rate()));
  }

  private static Shape targetShape(Samples samples, Batches.Batch batch) {
    return samples.multiLabel()
        ? new Shape(batch.count, samples.classes().size())
        : new Shape(batch.count);
  }

  private static Loss loss(Samples samples) {
    return samples.multiLabel()
        ? Loss.sigmoidBinaryCrossEntropyLoss()
        : Loss.softmaxCrossEntropyLoss();
  }

  /**
   * Accuracy and loss on some validation images. With one label an image: the share of images whose
   * largest output is right. With several: the mean over classes of the mean of the shares of
   * images with and without the class that are told right.
   */
  Score validate(Batches batches, Samples samples, int[] indices) throws IOException {
    int classes = samples.classes().size();
    long[] right = new long[2 * classes];
    long[] all = new long[2 * classes];
    double loss = 0;
    for (int from = 0; from < indices.length; from += VALIDATION_BATCH) {
      int[] part =
          Arrays.copyOfRange(indices, from, Math.min(indices.length, from + VALIDATION_BATCH));
      Batches.Batch batch = batches.validation(part);
      float[] logits = predict(batch.images, batch.count);
      for (int i = 0; i < batch.count; i++) {
        float[] row = Arrays.copyOfRange(logits, i * classes, (i + 1) * classes);
        if (samples.multiLabel()) {
          for (int k = 0; k < classes; k++) {
            boolean shown = batch.targets[i * classes + k] > 0.5;
            int cell = 2 * k + (shown ? 1 : 0);
            all[cell]++;
            right[cell] += (row[k] > 0) == shown ? 1 : 0;
            double z = shown ? -row[k] : row[k];
            loss += (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))) / classes;
          }
        } else {
          int truth = (int) batch.targets[i];
          int best = 0;
          double sum = 0;
          for (int k = 0; k < classes; k++) {
            best = row[k] > row[best] ? k : best;
          }
          for (int k = 0; k < classes; k++) {
            sum += Math.exp(row[k] - row[best]);
          }
          all[0]++;
          right[0] += best == truth ? 1 : 0;
          loss += Math.log(sum) - (row[truth] - row[best]);
        }
      }
    }
    double accuracy = 0;
    int cells = 0;
    for (int c = 0; c < all.length; c++) {
      if (all[c] > 0) {
        accuracy += (double) right[c] / all[c];
        cells++;
      }
    }
    return new Score(accuracy / cells, loss / indices.length);
  }

  @Override
  public void close() {
    model.close();
  }
}
