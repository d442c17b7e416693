package org.netdissect.lab.train;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.threads.InOrder;

/**
 * With {@link GraphBlock} and {@link Losses} all that touches DJL. Load it through {@link
 * Training}.
 */
final class DjlTraining implements AutoCloseable {
  private static final int VALIDATION_BATCH = 64;

  /** An iteration of so many seconds is timed once. */
  private static final double LONG = 3;

  /** What happens on the way. */
  interface Listener {
    void step(int iteration, double loss, double rate) throws IOException;
  }

  /** How well the network does on the validation images. */
  record Score(double measure, double loss, double chance) {}

  private final NetworkSpec spec;
  private final int views;
  private final Goal goal;
  private final Model model;
  private final GraphBlock block;
  private final List<Named> parameters = new ArrayList<>();

  private record Named(String name, Parameter parameter) {}

  private DjlTraining(NetworkSpec spec, int views, Goal goal, Weights weights, Set<String> frozen) {
    this.spec = spec;
    this.views = views;
    this.goal = goal;
    Set<String> still = new HashSet<>(frozen);
    spec.steps().stream()
        .filter(step -> step instanceof NetworkSpec.Mix)
        .forEach(step -> still.add(step.name()));
    this.block = new GraphBlock(spec, still);
    this.model = Model.newInstance("network", Device.cpu(), "PyTorch");
    model.setBlock(block);
    block.initialize(model.getNDManager(), DataType.FLOAT32, input(1));
    block
        .blocks()
        .forEach(
            (name, layer) ->
                layer
                    .getParameters()
                    .forEach(pair -> add(name, pair.getKey(), pair.getValue(), still, weights)));
  }

  private void add(
      String step, String key, Parameter parameter, Set<String> still, Weights weights) {
    String name = step + "." + torchName(key);
    Weights.Tensor tensor = weights.get(name);
    if (tensor == null) {
      throw new IllegalStateException("no weights " + name);
    }
    NDArray array = parameter.getArray();
    if (!Arrays.equals(array.getShape().getShape(), tensor.shape())) {
      throw new IllegalStateException(name + " is " + array.getShape());
    }
    array.set(tensor.values());
    if (still.contains(step)) {
      parameter.freeze(true);
    }
    parameters.add(new Named(name, parameter));
  }

  /** Shape of the network's input for so many samples. */
  private Shape input(int samples) {
    return new Shape((long) samples * views, 3, spec.size(), spec.size());
  }

  /**
   * Starts the engine.
   *
   * @param views images that one sample consists of
   * @param frozen steps whose weights stay
   */
  static DjlTraining open(
      NetworkSpec spec,
      int views,
      Goal goal,
      Weights weights,
      Set<String> frozen,
      long seed,
      int threads) {
    Engine.getEngine("PyTorch").setRandomSeed(Math.toIntExact(Math.floorMod(seed, 1L << 31)));
    setThreads(threads);
    return new DjlTraining(spec, views, goal, weights, frozen);
  }

  /**
   * Sets the number of threads of this thread's trainings. DJL itself reads it once in a process,
   * so that a second training would take the first one's, and learn something else than alone.
   */
  private static void setThreads(int threads) {
    try {
      // Of the engine, which is there at run time only.
      Class.forName("ai.djl.pytorch.jni.JniUtils")
          .getMethod("setNumThreads", int.class)
          .invoke(null, threads);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this PyTorch cannot be told its threads", e);
    }
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

  /** Runs the network as it would be used: the values of each output, flat. */
  List<float[]> predict(float[] images, int samples) {
    try (NDManager scope = model.getNDManager().newSubManager()) {
      NDArray input = scope.create(images, input(samples));
      return block.forward(new ParameterStore(scope, false), new NDList(input), false).stream()
          .map(NDArray::toFloatArray)
          .toList();
    }
  }

  /** Trains from iteration first + 1 to the last; the listener may ask for weights and scores. */
  void train(Batches batches, TrainingOptions options, Listener listener) throws IOException {
    float[] rate = {0};
    Tracker tracker =
        updates -> {
          // A short rise, then a half cosine down to zero.
          double rise = Math.min(1, (updates + 1) / (0.02 * options.iterations() + 1));
          double t = Math.min(1, (double) updates / options.iterations());
          rate[0] = (float) (options.rate() * rise * 0.5 * (1 + Math.cos(Math.PI * t)));
          return rate[0];
        };
    DefaultTrainingConfig config =
        new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()) // which is not asked
            .optDevices(new Device[] {Device.cpu()})
            .optOptimizer(Adam.builder().optLearningRateTracker(tracker).build());
    try (Trainer trainer = model.newTrainer(config)) {
      trainer.initialize(input(options.batch()));
      // The next batch is made while this one is trained on: one thread, so always in this order.
      InOrder.run(
          1,
          1,
          1,
          options.iterations() + 1,
          "batches",
          i -> batches.training(),
          (i, batch) -> {
            double value = step(trainer, batch);
            if (!Double.isFinite(value)) {
              throw diverged(i, options);
            }
            listener.step(i, value, rate[0]);
          });
    }
  }

  /** Moves the weights once; the loss before. */
  private double step(Trainer trainer, Batches.Batch batch) {
    double value;
    try (NDManager scope = trainer.getManager().newSubManager()) {
      NDArray images = scope.create(batch.images, input(batch.count));
      NDArray targets = scope.create(batch.targets, new Shape(batch.targets.length));
      try (GradientCollector gradients = trainer.newGradientCollector()) {
        NDList output = trainer.forward(new NDList(images));
        NDArray l = Losses.of(goal, output, targets, batch.count);
        gradients.backward(l);
        value = l.toFloatArray()[0];
        output.close();
        l.close();
      }
      trainer.step();
    }
    return value;
  }

  /**
   * Seconds of an iteration, on made-up images: the fastest of a few, after one that warms up.
   *
   * @param spec a classifier
   */
  static double secondsOfIteration(NetworkSpec spec, int images, int threads) throws IOException {
    Goal goal = new Goal.Classes(spec.classes());
    Weights weights = Weights.random(spec, 1);
    Random random = new Random(1);
    float[] pixels = new float[images * 3 * spec.size() * spec.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    Batches.Batch batch = new Batches.Batch(images, pixels, new float[images]);
    double fastest = Double.POSITIVE_INFINITY;
    try (DjlTraining training = open(spec, 1, goal, weights, Set.of(), 1, threads)) {
      DefaultTrainingConfig config =
          new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss()) // which is not asked
              .optDevices(new Device[] {Device.cpu()})
              .optOptimizer(Adam.builder().build());
      try (Trainer trainer = training.model.newTrainer(config)) {
        trainer.initialize(training.input(images));
        for (int i = 0; i < 4; i++) {
          long start = System.nanoTime();
          training.step(trainer, batch);
          double seconds = (System.nanoTime() - start) / 1e9;
          if (seconds > LONG) {
            return seconds; // the warming up is little of it
          }
          fastest = i == 0 ? fastest : Math.min(fastest, seconds);
        }
      }
    }
    return fastest;
  }

  static IOException diverged(int iteration, TrainingOptions options) {
    return new NetdissectException(
        String.format(
            Locale.ROOT,
            "training diverged at iteration %d; try once more, and if it comes again a smaller"
                + " --rate than %s",
            iteration,
            options.rate()));
  }

  /** The goal's measure and loss on some validation images. */
  Score validate(Batches batches, int[] indices) throws IOException {
    Goal.Meter meter = goal.meter();
    for (int from = 0; from < indices.length; from += VALIDATION_BATCH) {
      int[] part =
          Arrays.copyOfRange(indices, from, Math.min(indices.length, from + VALIDATION_BATCH));
      Batches.Batch batch = batches.validation(part);
      meter.add(predict(batch.images, batch.count), batch.targets, batch.count);
    }
    return new Score(meter.value(), meter.meanLoss(), meter.chance());
  }

  @Override
  public void close() {
    model.close();
  }
}
