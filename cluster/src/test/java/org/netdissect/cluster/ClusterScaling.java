package org.netdissect.cluster;

import static org.netdissect.cluster.ClusterTrials.print;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.netdissect.base.files.Trees;
import org.netdissect.networks.TestModels;

/**
 * What a cluster costs: ResNet-18 on one and on two workers of one core each, against the command
 * without a cluster on as many threads. What a run of a few images takes counts as its start. Then
 * the constants of the model of cost in docs/cluster.md, and what it predicts.
 */
final class ClusterScaling {
  /** Images of {@link #moved}. */
  private static final int MOVED = 120;

  private static final int FEW = 16;
  private static final int MANY_PARTS = 64;

  private final Path folder;
  private final Path model;
  private final Path world;

  private ClusterScaling(Path folder, int images) throws Exception {
    this.folder = folder;
    world = folder.resolve("world");
    model = TestModels.resnet18(1).write(folder.resolve("resnet18.onnx"));
    List<String> words = List.of("world", "--images", "" + images, "--out", world.toString());
    JavaProcess.netdissect(folder, 0, "", List.of(), words);
  }

  /**
   * A run.
   *
   * @param seconds by the clock
   * @param driver seconds of processor of the command's own process
   * @param workers seconds of processor of the workers and their executors
   * @param kept bytes of hits and maps
   * @param merge seconds that it merged and scored
   */
  private record Run(double seconds, double driver, double workers, long kept, double merge) {
    double processor() {
      return driver + workers;
    }
  }

  static void measure(Path folder, int images) throws Exception {
    ClusterScaling scaling = new ClusterScaling(folder, images);
    // Labels are compiled by the first.
    scaling.run(null, 1, FEW);
    double[] there = new double[3];
    for (int cores = 1; cores <= 2; cores++) {
      Run startHere = scaling.run(null, cores, FEW);
      Run here = scaling.run(null, cores, images);
      try (TestCluster cluster = TestCluster.start(folder.resolve("cluster" + cores), cores)) {
        Run start = scaling.run(cluster, cores, FEW);
        Run all = scaling.run(cluster, cores, images);
        there[cores] = all.seconds() - start.seconds();
        print(
            "%d cores, %d images; start here %.1f s, on the cluster %.1f s; without it:",
            cores, images, startHere.seconds(), start.seconds());
        overhead("by the clock", here.seconds() - startHere.seconds(), there[cores]);
        overhead(
            "of processor",
            here.processor() - startHere.processor(),
            all.processor() - start.processor());
        if (cores == 1) {
          String many = "" + MANY_PARTS;
          Run parted = scaling.run(cluster, cores, images, "--parts", many);
          // As many maps as many more images would have.
          Run full = scaling.run(cluster, cores, Math.min(images, 200), "--quantile", "0.3");
          predict(images, start, all, parted, full);
        }
      }
    }
    print("two workers against one, without start: %.2f times as fast", there[1] / there[2]);
  }

  /** What moves between three workers, by the number of parts. */
  static void moved(Path folder) throws Exception {
    ClusterScaling scaling = new ClusterScaling(folder, MOVED);
    scaling.run(null, 1, FEW);
    try (TestCluster cluster = TestCluster.start(folder.resolve("cluster"), 3)) {
      for (String parts : List.of("64", "4", "7")) {
        scaling.run(cluster, 1, MOVED, "--parts", parts);
      }
    }
  }

  private static void overhead(String what, double here, double there) {
    print(
        "    %s: here %.1f s, on the cluster %.1f s, overhead %.1f %%",
        what, here, there, 100 * (there / here - 1));
  }

  /** The model of cost, with what was measured on one core. */
  private static void predict(int images, Run start, Run all, Run parted, Run full) {
    double image = (all.processor() - start.processor()) / (images - FEW);
    double more = MANY_PARTS - 4;
    double part = Math.max(0, parted.workers() - all.workers()) / more;
    double driver = Math.max(0, parted.driver() - all.driver()) / more;
    double kept = (double) all.kept() / images;
    double merged = full.kept() / Math.max(0.05, full.merge()) / 1e6;
    print(
        "start %.1f s; an image %.4f s; a part %.3f s of its core and %.3f s of the driver; kept %.0f"
            + " bytes an image; merged and scored %.0f MB/s",
        start.seconds(), image, part, driver, kept, merged);
    double n = 1e7;
    double cores = 1600;
    double parts = 4 * cores;
    double record = Math.max(n * image / cores + 4 * part, parts * driver);
    double merge = n * kept / merged / 1e6 / 16;
    print(
        "10^7 images on 100 x 16 cores: start %.0f s, record and tally %.0f s, merge and score %.0f s",
        start.seconds(), record, merge);
  }

  /**
   * Runs the command.
   *
   * @param cluster null for here
   * @param more words
   */
  private Run run(TestCluster cluster, int cores, int images, String... more) throws Exception {
    Path out = folder.resolve("out");
    List<String> words = new ArrayList<>(List.of("run", model.toString(), "--preprocess", "torch"));
    words.addAll(List.of("--data", world.toString(), "--no-report", "--out", out.toString()));
    words.addAll(List.of("--limit", "" + images, "--workers", "" + cores));
    words.addAll(List.of("--cache", folder.resolve("cache").toString()));
    words.addAll(List.of(more));
    double driver = JavaProcess.processorSeconds("self");
    double workers = cluster == null ? 0 : cluster.processorSeconds();
    long start = System.nanoTime();
    String said =
        cluster == null
            ? JavaProcess.netdissect(folder, 0, "", List.of(), words)
            : cluster.run(List.of("-Dspark.executor.memory=1g"), words);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (cluster != null) {
      // Executors have ended then.
      cluster.assertNothingLeft();
      workers = cluster.processorSeconds() - workers;
    }
    driver = JavaProcess.processorSeconds("self") - driver;
    long kept = bytes(out, "hits.bin") + bytes(out, "maps.bin");
    print(
        "%s, %d images%s: %.1f s, %.1f s of processor",
        cluster == null ? "here" : "on the cluster",
        images,
        more.length == 0 ? "" : ", " + String.join(" ", more),
        seconds,
        driver + workers);
    said.lines()
        .filter(line -> line.matches("(recording: .* in |thresholds: .* in |tallying|moved).*"))
        .forEach(line -> print("    %s", line));
    print("    histograms %d, hits and maps %d bytes", bytes(out, "histograms.bin"), kept);
    Trees.delete(out);
    Matcher phase =
        Pattern.compile("(tallying \\S+|scoring \\S+): \\d+ units in ([0-9.]+) s").matcher(said);
    double merge = 0;
    while (phase.find()) {
      merge += Double.parseDouble(phase.group(2));
    }
    return new Run(seconds, driver, workers, kept, merge);
  }

  private static long bytes(Path out, String name) throws IOException {
    try (Stream<Path> files = Files.walk(out)) {
      return files.filter(f -> f.endsWith(name)).mapToLong(f -> f.toFile().length()).sum();
    }
  }
}
