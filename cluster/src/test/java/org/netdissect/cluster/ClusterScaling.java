package org.netdissect.cluster;

import static org.netdissect.cluster.ClusterTrials.print;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.files.Trees;
import org.netdissect.networks.TestModels;

/**
 * What a cluster costs: ResNet-18 on one and on two workers of one core each, against the command
 * without a cluster on as many threads. What a run of a few images takes counts as its start.
 */
final class ClusterScaling {
  private static final int FEW = 16;

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

  static void measure(Path folder, int images) throws Exception {
    ClusterScaling scaling = new ClusterScaling(folder, images);
    // Labels are compiled by the first.
    scaling.here(1, FEW);
    double[] here = new double[3];
    double[] there = new double[3];
    for (int cores = 1; cores <= 2; cores++) {
      double startHere = scaling.here(cores, FEW);
      here[cores] = scaling.here(cores, images);
      try (TestCluster cluster = TestCluster.start(folder.resolve("cluster" + cores), cores)) {
        double startThere = scaling.there(cluster, cores, FEW);
        there[cores] = scaling.there(cluster, cores, images) - startThere;
        print(
            "%d cores, %d images: here %.1f s, of which start %.1f s; on the cluster %.1f s and start"
                + " %.1f s; overhead %.1f %%",
            cores,
            images,
            here[cores],
            startHere,
            there[cores],
            startThere,
            100 * (there[cores] / (here[cores] - startHere) - 1));
      }
    }
    print("two workers against one, without start: %.2f times as fast", there[1] / there[2]);
  }

  private List<String> words(Path out, int cores, int images) {
    List<String> words = new ArrayList<>(List.of("run", model.toString(), "--preprocess", "torch"));
    words.addAll(List.of("--data", world.toString(), "--no-report", "--out", out.toString()));
    words.addAll(List.of("--limit", "" + images, "--workers", "" + cores));
    words.addAll(List.of("--cache", folder.resolve("cache").toString()));
    return words;
  }

  private double here(int cores, int images) throws Exception {
    Path out = folder.resolve("out");
    double before = JavaProcess.processorSeconds("self");
    long start = System.nanoTime();
    String said = JavaProcess.netdissect(folder, 0, "", List.of(), words(out, cores, images));
    double seconds = (System.nanoTime() - start) / 1e9;
    print(
        "here, %d images: %.1f s, %.1f s of processor",
        images, seconds, JavaProcess.processorSeconds("self") - before);
    tell(said, out);
    return seconds;
  }

  private double there(TestCluster cluster, int cores, int images) throws Exception {
    Path out = folder.resolve("out");
    double before = JavaProcess.processorSeconds("self") + cluster.processorSeconds();
    long start = System.nanoTime();
    String said = cluster.run(List.of("-Dspark.executor.memory=1g"), words(out, cores, images));
    double seconds = (System.nanoTime() - start) / 1e9;
    // Executors have ended then.
    cluster.assertNothingLeft();
    print(
        "on the cluster, %d images: %.1f s, %.1f s of processor",
        images,
        seconds,
        JavaProcess.processorSeconds("self") + cluster.processorSeconds() - before);
    tell(said, out);
    return seconds;
  }

  private static void tell(String said, Path out) throws IOException {
    said.lines()
        .filter(line -> line.matches("(recording: .* in |thresholds|tallying|scoring|moved).*"))
        .forEach(line -> print("    %s", line));
    long bytes = 0;
    for (String name : List.of("histograms.bin", "hits.bin", "maps.bin")) {
      try (var files = Files.walk(out)) {
        bytes += files.filter(f -> f.endsWith(name)).mapToLong(f -> f.toFile().length()).sum();
      }
    }
    print("    histograms, hits and maps: %d bytes", bytes);
    Trees.delete(out);
  }
}
