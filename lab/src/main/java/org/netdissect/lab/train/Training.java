package org.netdissect.lab.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.netdissect.base.CacheFolder;
import org.netdissect.base.NetdissectException;

/**
 * Trains a small network and writes the run folder: {@code model.onnx} (and {@code
 * model-<iteration>.onnx}), {@code log.csv}, {@code validation.csv}, {@code curve.svg}, {@code
 * classes.txt}, {@code run.txt}. Networks expect RGB / 255 with ImageNet's mean and standard
 * deviation, the default of {@code netdissect run}.
 */
public final class Training {
  private static final int VALIDATION_IMAGES = 1000;

  /**
   * What came out.
   *
   * @param measured what the task's measure is called
   * @param value of the measure on the validation images
   * @param chance what it would be for a network that always gives the same answer
   */
  public record Result(Path model, String measured, double value, double chance) {}

  private Training() {}

  /** Whether the libraries that train are on the class path. */
  public static boolean isAvailable() {
    try {
      Class.forName("ai.djl.pytorch.engine.PtEngine", false, Training.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /**
   * Checks that this build trains.
   *
   * @throws NetdissectException that names the one command otherwise
   */
  public static void requireAvailable() throws NetdissectException {
    if (!isAvailable()) {
      throw new NetdissectException(
          "training needs PyTorch, which the plain build leaves out (110 MB): run"
              + " \"mvn -B -q -DskipTests -Ptrain package\" once in the source folder");
    }
  }

  /**
   * Trains.
   *
   * @param say is told, line by line, how it goes
   * @throws IOException when the data or the checkpoint do not fit, the run folder is taken, or the
   *     libraries that train are not there
   */
  public static Result run(TrainingOptions options, Consumer<String> say) throws IOException {
    requireAvailable();
    prepare();
    RunFolder.requireFree(options.out());
    Samples samples = Samples.open(options);
    Exercise exercise;
    NetworkSpec spec;
    try {
      exercise = Exercise.of(samples, options);
      spec = exercise.network();
      spec.maps(); // every step must leave a place
    } catch (IllegalArgumentException e) {
      throw new NetdissectException(String.valueOf(e.getMessage()), e);
    }
    Set<String> frozen = frozen(options, spec);
    Weights weights = Weights.random(spec, options.seed());
    if (options.init() != null) {
      try {
        weights = weights.startedFrom(OnnxFiles.readWeights(options.init()));
      } catch (IllegalArgumentException e) {
        throw new NetdissectException(options.init() + ": " + e.getMessage(), e);
      }
    }
    try (RunFolder folder =
        RunFolder.begin(options.out(), exercise.classes(), exercise.goal().measure())) {
      folder.note(options.command());
      folder.note("");
      notes(exercise, options.iterations())
          .forEach((key, value) -> folder.note(key + ": " + value));
      folder.note("");
      Consumer<String> sayAndNote =
          line -> {
            say.accept(line);
            folder.note(line);
          };
      sayAndNote.accept(
          String.format(
              Locale.ROOT,
              "%d images to train on, %d to validate on%s, %d parameters",
              samples.training().length,
              samples.validation().length,
              exercise.classes().isEmpty() ? "" : ", " + exercise.classes().size() + " classes",
              weights.all().values().stream().mapToLong(t -> t.values().length).sum()));
      return train(exercise, frozen, weights, folder, sayAndNote);
    }
  }

  /** Nothing is downloaded at run time; natives are unpacked to a folder of our own. */
  private static void prepare() throws IOException {
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    if (System.getenv("DJL_CACHE_DIR") == null && System.getProperty("DJL_CACHE_DIR") == null) {
      System.setProperty(
          "DJL_CACHE_DIR", CacheFolder.get().toAbsolutePath().resolve("djl").toString());
    }
  }

  /**
   * About how long an iteration of a training takes here: a few are done on made-up images with a
   * classifier of the same trunk. Writes nothing.
   *
   * @return seconds; NaN where the libraries that train are not there
   */
  public static double secondsOfIteration(TrainingOptions options) throws IOException {
    if (!isAvailable()) {
      return Double.NaN;
    }
    prepare();
    NetworkCost cost = NetworkCost.of(options);
    NetworkSpec.Builder to = new NetworkSpec.Builder();
    int channels = options.architecture().trunk(to, "", 3, options.shape());
    int places = to.build(cost.side()).output().side();
    options.head().add(to, channels, places, 24, options.dropout());
    NetworkSpec spec = to.build(cost.side());
    return DjlTraining.secondsOfIteration(spec, options.batch() * cost.views(), options.threads());
  }

  /** The network as an ONNX file after so many iterations. */
  private interface Models {
    byte[] at(int iteration) throws IOException;
  }

  private static Result train(
      Exercise exercise,
      Set<String> frozen,
      Weights weights,
      RunFolder folder,
      Consumer<String> say)
      throws IOException {
    TrainingOptions options = exercise.options;
    Goal goal = exercise.goal();
    NetworkSpec exported = exercise.exported();
    Batches batches = new Batches(exercise);
    int[] validation = exercise.samples.someValidation(VALIDATION_IMAGES, 7);
    int last = options.iterations();
    int every = Math.max(1, last / 20);
    long start = System.nanoTime();
    try (DjlTraining training =
        DjlTraining.open(
            exercise.network(),
            exercise.views(),
            goal,
            weights,
            frozen,
            options.seed(),
            options.threads())) {
      Models models =
          at -> {
            Weights now = training.weights();
            // What the last step before made of them, no loss has told yet.
            if (!now.areFinite()) {
              throw DjlTraining.diverged(at, options);
            }
            return OnnxFiles.write(exported, now, notes(exercise, at));
          };
      if (options.checkpoints().contains(0)) {
        folder.checkpoint(0, models.at(0));
      }
      double[] sum = {0};
      double[] measured = {0, 0};
      training.train(
          batches,
          options,
          (iteration, loss, rate) -> {
            folder.step(iteration, loss, rate);
            sum[0] += loss;
            if (iteration % every == 0 || iteration == last) {
              DjlTraining.Score score = training.validate(batches, validation);
              if (!Double.isFinite(score.loss())) {
                throw DjlTraining.diverged(iteration, options);
              }
              folder.validated(iteration, score.measure(), score.loss(), last);
              measured[0] = score.measure();
              measured[1] = score.chance();
              int steps = iteration % every == 0 ? every : iteration % every;
              say.accept(
                  String.format(
                      Locale.ROOT,
                      "iteration %d: loss %.3f, validation %s %.3f, %.0f images/s",
                      iteration,
                      sum[0] / steps,
                      goal.measure(),
                      score.measure(),
                      iteration * (double) options.batch() / seconds(start)));
              sum[0] = 0;
            }
            if (options.checkpoints().contains(iteration)) {
              folder.checkpoint(iteration, models.at(iteration));
            }
          });
      folder.note(String.format(Locale.ROOT, "seconds: %.0f", seconds(start)));
      folder.note(
          String.format(
              Locale.ROOT,
              "validation %s: %.4f; always the same answer: %.4f",
              goal.measure(),
              measured[0],
              measured[1]));
      Path file = folder.finish(models.at(last));
      return new Result(file, goal.measure(), measured[0], measured[1]);
    }
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** The steps whose weights are to stay, with those that normalise behind them. */
  static Set<String> frozen(TrainingOptions options, NetworkSpec spec) throws NetdissectException {
    Set<String> frozen = new LinkedHashSet<>();
    List<String> learning =
        spec.steps().stream()
            .filter(step -> step instanceof NetworkSpec.Conv || step instanceof NetworkSpec.Linear)
            .map(NetworkSpec.Step::name)
            .toList();
    for (String name : options.freeze()) {
      if (!learning.contains(name)) {
        throw new NetdissectException(
            "--freeze: no step \""
                + name
                + "\"; those that learn are "
                + String.join(", ", learning));
      }
      frozen.add(name);
      for (NetworkSpec.Node node : spec.nodes()) {
        if (node.step() instanceof NetworkSpec.Norm && node.from().contains(name)) {
          frozen.add(node.step().name());
        }
      }
    }
    if (frozen.containsAll(learning)) {
      throw new NetdissectException("--freeze names every step; nothing would learn");
    }
    return frozen;
  }

  /** What the ONNX file says of its making; no paths and no times, so that it is repeatable. */
  private static Map<String, String> notes(Exercise exercise, int iteration) {
    TrainingOptions options = exercise.options;
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("architecture", options.architecture().typed());
    notes.put("size", Integer.toString(options.size()));
    notes.put("width", Integer.toString(options.shape().width()));
    notes.put("depth", Integer.toString(options.shape().depth()));
    notes.put("head", options.head().typed());
    notes.put("dropout", Double.toString(options.dropout()));
    notes.put("batch-norm", Boolean.toString(options.shape().batchNorm()));
    notes.put("task", options.task().lowerCase());
    notes.put("iteration", Integer.toString(iteration));
    notes.put("batch", Integer.toString(options.batch()));
    notes.put("rate", Double.toString(options.rate()));
    notes.put("seed", Long.toString(options.seed()));
    if (!options.freeze().isEmpty()) {
      notes.put("frozen", String.join(",", options.freeze()));
    }
    notes.put("preprocessing", Pixels.PREPROCESSING.name());
    if (!exercise.classes().isEmpty()) {
      notes.put("classes", String.join(",", exercise.classes()));
    }
    return notes;
  }
}
