package org.netdissect.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.netdissect.base.Progress;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.datasets.broden.BrodenDataset;

/**
 * Compares {@code netdissect run --no-report} with bare forward passes of the same network, both as
 * whole processes, one after the other, several times; then tells where the time of the command
 * goes.
 *
 * <p>Usage: {@code whole MODEL.onnx|resnet18 DATA [repeat=4] [rounds=3] [workers=cores] [batch=8]
 * [layers=A,B] [folder=DIR]}. The data set is taken {@code repeat} times over under other names.
 */
public final class WholeProcess {
  private final Path folder;
  private final List<String> java = new ArrayList<>();

  WholeProcess(Path folder) {
    this.folder = folder;
    java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    java.add("@" + Path.of(System.getProperty("netdissect.home"), "bin", "java.options"));
    String options = System.getenv("NETDISSECT_OPTS");
    if (options != null && !options.isBlank()) {
      java.addAll(List.of(options.trim().split("\\s+")));
    }
    if (Runtime.version().feature() >= 24) {
      java.add("--enable-native-access=ALL-UNNAMED");
    }
    java.add("-cp");
    java.add(System.getProperty("java.class.path"));
  }

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    String model = arguments[0];
    Path data = Path.of(arguments[1]);
    int repeat = 4;
    int rounds = 3;
    int workers = Runtime.getRuntime().availableProcessors();
    int batch = 8;
    List<String> layers = List.of();
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "netdissect-bench");
    for (int i = 2; i < arguments.length; i++) {
      String value = arguments[i].substring(arguments[i].indexOf('=') + 1);
      switch (arguments[i].substring(0, arguments[i].length() - value.length())) {
        case "repeat=" -> repeat = Integer.parseInt(value);
        case "rounds=" -> rounds = Integer.parseInt(value);
        case "workers=" -> workers = Integer.parseInt(value);
        case "batch=" -> batch = Integer.parseInt(value);
        case "layers=" -> layers = List.of(value.split(","));
        case "folder=" -> folder = Path.of(value);
        default -> throw new IllegalArgumentException(arguments[i]);
      }
    }
    Files.createDirectories(folder);
    if (model.equals("resnet18")) {
      Path file = folder.resolve("resnet18-random.onnx");
      RandomResNet.write(file);
      model = file.toString();
    }
    new WholeProcess(folder)
        .compare(model, RepeatedData.of(data, repeat, folder), rounds, workers, batch, layers);
  }

  private void compare(
      String model, Path data, int rounds, int workers, int batch, List<String> layers)
      throws Exception {
    int images;
    try (Atlas atlas =
        Atlas.open(BrodenDataset.open(data), AtlasOptions.defaults(), Progress.NONE)) {
      images = atlas.size();
    }
    System.out.printf(
        Locale.ROOT,
        "%s, %d images, %d workers, batch %d, Java %s%n",
        Path.of(model).getFileName(),
        images,
        workers,
        batch,
        Runtime.version());
    List<String> bare = new ArrayList<>(java);
    bare.addAll(List.of(BareForward.class.getName(), model, data.toString()));
    bare.add(Integer.toString(images));
    bare.add(Integer.toString(workers));
    bare.add(Integer.toString(batch));
    bare.addAll(layers);
    List<String> run = new ArrayList<>();
    Path out = folder.resolve("whole-out");
    run.addAll(List.of("run", model, "--data", data.toString(), "--out", out.toString()));
    // Named, so that nothing is tried out on photographs first: the bare passes try nothing either.
    run.addAll(List.of("--preprocess", "torch"));
    run.addAll(List.of("--no-report", "--quiet", "--workers", Integer.toString(workers)));
    run.addAll(List.of("--batch", Integer.toString(batch)));
    if (!layers.isEmpty()) {
      run.addAll(List.of("--layers", String.join(",", layers)));
    }
    List<String> command = command(run);
    double[][] bareTook = new double[rounds][];
    double[][] runTook = new double[rounds][];
    for (int r = 0; r < rounds; r++) {
      bareTook[r] = time("bare", bare, false);
      runTook[r] = time("netdissect", command, false);
      delete(out);
    }
    report("bare", bareTook, "netdissect", runTook);
    System.out.println("where the time of the command goes:");
    List<String> sampled = new ArrayList<>(java);
    sampled.add(SampledRun.class.getName());
    sampled.addAll(run);
    time("sampled", sampled, true);
    delete(out);
  }

  /** Five layers of ResNet-18 against the last of them alone. */
  void compareLayers(Path source, int repeat, int rounds) throws Exception {
    Files.createDirectories(folder);
    compare(
        RepeatedData.of(source, repeat, folder),
        rounds,
        new Ways("one layer", List.of("--layers", "layer4.1")),
        new Ways("five", List.of("--layers", "stem,layer1.1,layer2.1,layer3.1,layer4.1")));
  }

  /** Fifteen rotations of 256 units of 14×14 against the layer alone. */
  void compareViews(Path source, int repeat, int rounds) throws Exception {
    List<String> views = List.of("--layers", "layer3.1", "--basis", "rotation:seeds=1,2,3");
    Files.createDirectories(folder);
    compare(
        RepeatedData.of(source, repeat, folder),
        rounds,
        new Ways("no view", views.subList(0, 2)),
        new Ways("fifteen", views));
  }

  /** Principal components of a layer of so many channels, on maps of 7×7. */
  void fit(Path data, int channels) throws Exception {
    Files.createDirectories(folder);
    Path model = folder.resolve("resnet18-wide-random.onnx");
    RandomResNet.write(model, channels);
    List<String> fit = new ArrayList<>(List.of("basis", "fit", model.toString()));
    fit.addAll(List.of("--layer", "wide", "--data", data.toString(), "--preprocess", "torch"));
    fit.addAll(List.of("--kind", "pca", "--quiet", "--overwrite", "--out"));
    fit.add(folder.resolve("wide.npy").toString());
    time(channels + " ch.", command(fit), false);
    System.out.print(Files.readString(folder.resolve("log.txt")));
  }

  /** A way to run ResNet-18. */
  private record Ways(String name, List<String> options) {}

  private void compare(Path data, int rounds, Ways one, Ways other) throws Exception {
    Path model = folder.resolve("resnet18-random.onnx");
    RandomResNet.write(model);
    Atlas.open(BrodenDataset.open(data), AtlasOptions.defaults(), Progress.NONE).close();
    double[][][] took = new double[2][rounds][];
    Path out = folder.resolve("layers-out");
    for (int r = 0; r < rounds; r++) {
      for (int w = 0; w < 2; w++) {
        Ways way = w == 0 ? one : other;
        List<String> run = new ArrayList<>();
        run.addAll(List.of("run", model.toString(), "--data", data.toString()));
        run.addAll(List.of("--preprocess", "torch"));
        run.addAll(List.of("--out", out.toString(), "--no-report", "--quiet"));
        run.addAll(way.options());
        took[w][r] = time(way.name(), command(run), false);
        delete(out);
      }
    }
    report(one.name(), took[0], other.name(), took[1]);
  }

  private List<String> command(List<String> arguments) {
    // The product as people start it, with its own options for Java.
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("netdissect.home"), "bin", "netdissect").toString());
    command.addAll(arguments);
    return command;
  }

  private static void report(String oneName, double[][] one, String otherName, double[][] other) {
    for (int what = 0; what < 2; what++) {
      double a = median(one, what);
      double b = median(other, what);
      System.out.printf(
          Locale.ROOT,
          "%s: %s %.2f s, %s %.2f s, ratio %.3f%n",
          what == 0 ? "median by the clock" : "median by the processor",
          oneName,
          a,
          otherName,
          b,
          b / a);
    }
  }

  private static double median(double[][] took, int what) {
    double[] sorted = Arrays.stream(took).mapToDouble(row -> row[what]).sorted().toArray();
    int n = sorted.length;
    return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  /** Seconds by the clock and of the processor. */
  private double[] time(String name, List<String> command, boolean shown)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // As the launcher has it, for both.
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    Path log = folder.resolve("log.txt");
    builder.redirectOutput(log.toFile());
    if (shown) {
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    } else {
      builder.redirectErrorStream(true);
    }
    long start = System.nanoTime();
    Process process = builder.start();
    try (Usage usage = Usage.of(process.pid())) {
      int exit = process.waitFor();
      double seconds = (System.nanoTime() - start) / 1e9;
      if (exit != 0) {
        throw new IOException(name + " ended with " + exit + "; see " + log);
      }
      System.out.printf(
          Locale.ROOT,
          "  %-10s %7.2f s by the clock, %7.2f s of processor, RssAnon peak %s%n",
          name,
          seconds,
          usage.cpuSeconds(),
          usage.peak());
      return new double[] {seconds, usage.cpuSeconds()};
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
