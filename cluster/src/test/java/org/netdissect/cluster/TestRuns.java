package org.netdissect.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.netdissect.base.Npy;
import org.netdissect.networks.TestModels;

/** A small labelled world, maps of two layers on it, and the words that dissect them. */
final class TestRuns {
  private static final int UNITS = 9;
  private static final int SIDE = 6;

  private final Path folder;

  /** Where what is dissected lies. */
  private final Path place;

  private final int images;

  /** Makes the world in a folder. */
  TestRuns(Path folder, int images) throws Exception {
    this.folder = Files.createDirectories(folder);
    this.images = images;
    place = folder;
    List<String> words = new ArrayList<>(List.of("world", "--images", "" + images, "--size", "64"));
    words.addAll(List.of("--out", world().toString()));
    JavaProcess.netdissect(folder, 0, "", List.of(), words);
    Random random = new Random(3);
    maps("one", random, UNITS, SIDE);
    maps("two", random, UNITS + 4, SIDE / 2);
    List<String> names = new ArrayList<>();
    for (String row : Files.readAllLines(world().resolve("index.csv"))) {
      names.add(row.substring(0, row.indexOf(',')));
    }
    Files.write(folder.resolve("names.txt"), names.subList(1, names.size()));
  }

  private TestRuns(TestRuns runs, Path place) {
    folder = runs.folder;
    images = runs.images;
    this.place = place;
  }

  /** The same of a copy of what is dissected, in a folder that is not there yet. */
  TestRuns copiedTo(Path there) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Files.copy(file, there.resolve(folder.relativize(file).toString()));
      }
    }
    return new TestRuns(this, there);
  }

  /** The labelled images. */
  Path world() {
    return place.resolve("world");
  }

  private void maps(String name, Random random, int units, int side) throws IOException {
    float[] maps = new float[images * units * side * side];
    for (int i = 0; i < maps.length; i++) {
      maps[i] = (float) Math.max(0, random.nextGaussian());
    }
    Npy.write(folder.resolve(name + ".npy"), maps, images, units, side, side);
  }

  /** A dissection of two layers of recorded maps and a view of each. */
  List<String> recorded(Path out, String convention) {
    List<String> words = common(out, convention);
    for (String layer : List.of("one", "two")) {
      words.addAll(List.of("--activations", layer + "=" + place.resolve(layer + ".npy")));
    }
    words.addAll(List.of("--field", "-3,20,10", "--field", "-3,36,20"));
    words.addAll(List.of("--images", place.resolve("names.txt").toString()));
    words.addAll(List.of("--input-size", "64,64"));
    words.add("--peaks");
    words.addAll(List.of("--keep-quantile", "0.1", "--basis", "rotation:seeds=1;alphas=1"));
    return words;
  }

  /** A dissection of a network. */
  List<String> network(Path out, Path model) {
    List<String> words = common(out, "exact");
    words.addAll(1, List.of(model.toString(), "--preprocess", "torch"));
    return words;
  }

  /** A study of two networks. */
  List<String> study(Path out) throws IOException {
    for (int seed = 1; seed <= 2; seed++) {
      TestModels.tiny(seed).write(folder.resolve("seed" + seed + ".onnx"));
    }
    Path file = folder.resolve("study.yaml");
    Files.writeString(
        file,
        """
        data: world
        networks:
          both: {models: ["seed1.onnx", "seed2.onnx"], number: seed}
        questions:
          - {ask: How many?, by: network, measure: detectors}
        """);
    return new ArrayList<>(List.of("study", file.toString(), "--out", out.toString()));
  }

  /** The folder of the compiled labels of a run. */
  static Path cache(Path out) {
    return out.resolveSibling(out.getFileName() + "-cache");
  }

  /** The results and the compiled labels of two runs are the same, and nothing lies beside them. */
  static void assertSame(Path one, Path other) throws IOException {
    JavaProcess.assertSameFolders(one, other);
    List<byte[]> labels = new ArrayList<>();
    for (Path out : List.of(one, other)) {
      try (Stream<Path> files = Files.list(cache(out))) {
        List<Path> all = files.toList();
        assertEquals(1, all.size(), all.toString());
        labels.add(Files.readAllBytes(all.get(0)));
      }
    }
    assertArrayEquals(labels.get(0), labels.get(1), "labels");
  }

  private List<String> common(Path out, String convention) {
    List<String> words = new ArrayList<>(List.of("run", "--out", out.toString(), "--no-report"));
    words.addAll(List.of("--data", world().toString(), "--quantile", "0.02"));
    words.addAll(List.of("--convention", convention, "--cache", cache(out).toString()));
    return words;
  }

  /** Runs the command here; gives what it says. */
  String here(List<String> words, String... more) throws Exception {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    return JavaProcess.netdissect(folder, 0, "", List.of(), all);
  }
}
