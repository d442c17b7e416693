package org.netdissect.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.netdissect.base.Digests;
import org.netdissect.base.files.Trees;

/**
 * Trains every architecture on every task twice, each in a process of its own, with the same seed
 * and threads: networks, checkpoints and tables must be the same bytes. Needs a build that trains.
 *
 * <p>Usage: {@code twice [seed=1] [threads=2] [iterations=6] [folder=DIR] [WORD…]}, where the words
 * name architectures or tasks. The exit code is 1 where a byte differs.
 */
public final class TrainedTwice {
  private static final List<String> ARCHITECTURES =
      List.of("alexnet-small", "vgg-small", "googlenet-small", "resnet-small");

  private static final List<String> TASKS =
      List.of(
          "scene",
          "object",
          "rotation",
          "context",
          "puzzle",
          "colorization",
          "crosschannel",
          "autoencoding",
          "contrastive",
          "egomotion",
          "videoorder");

  private final Path folder;
  private final String options;

  private TrainedTwice(Path folder, String options) {
    this.folder = folder;
    this.options = options;
  }

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    Map<String, String> said =
        new TreeMap<>(Map.of("seed=", "1", "threads=", "2", "iterations=", "6", "folder=", ""));
    List<String> words = new ArrayList<>();
    for (String argument : arguments) {
      String key = argument.substring(0, argument.indexOf('=') + 1);
      if (key.isEmpty()) {
        words.add(argument);
      } else if (said.replace(key, argument.substring(key.length())) == null) {
        throw new IllegalArgumentException(argument);
      }
    }
    String named = said.getOrDefault("folder=", "");
    Path folder =
        named.isEmpty()
            ? Path.of(System.getProperty("java.io.tmpdir"), "netdissect-twice")
            : Path.of(named);
    Files.createDirectories(folder);
    TrainedTwice twice =
        new TrainedTwice(
            folder,
            String.format(
                Locale.ROOT,
                "--iterations %s --checkpoints 0,3 --size 64 --width 8 --batch 8 --threads %s"
                    + " --seed %s --quiet",
                said.get("iterations="),
                said.get("threads="),
                said.get("seed=")));
    if (!Files.exists(folder.resolve("world"))) {
      Command.run("world --images 200 --seed 1 --size 64 --quiet --out " + folder.resolve("world"));
    }
    boolean alike = true;
    for (String architecture : ARCHITECTURES) {
      for (String task : TASKS) {
        if (words.isEmpty() || words.contains(architecture) || words.contains(task)) {
          alike &= twice.areAlike(architecture, task);
        }
      }
    }
    System.exit(alike ? 0 : 1);
  }

  private boolean areAlike(String architecture, String task)
      throws IOException, InterruptedException {
    Map<String, String> first = trained(architecture, task);
    Map<String, String> second = trained(architecture, task);
    System.out.printf(
        Locale.ROOT,
        "%-15s %-13s %d files %s, model.onnx %s%n",
        architecture,
        task,
        first.size(),
        first.equals(second) ? "the same" : "DIFFER: " + first + " and " + second,
        String.valueOf(first.get("model.onnx")).substring(0, 12));
    return first.equals(second);
  }

  /** Files of a training by their digests; its record holds the time that it took. */
  private Map<String, String> trained(String architecture, String task)
      throws IOException, InterruptedException {
    Path out = folder.resolve("run");
    Trees.delete(out);
    Command.run(
        String.format(
            Locale.ROOT,
            "train --data %s --arch %s --task %s %s --out %s",
            folder.resolve("world"),
            architecture,
            task,
            options,
            out));
    List<Path> files;
    try (Stream<Path> inside = Files.list(out)) {
      files = inside.toList();
    }
    Map<String, String> digests = new TreeMap<>();
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      if (!name.equals("run.txt")) {
        digests.put(name, Digests.sha256Hex(file));
      }
    }
    return digests;
  }
}
