package org.netdissect.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.netdissect.base.files.Trees;

/**
 * Trains every task on the made-up world and holds what it reaches to the margin by which it must
 * beat the same answer always (docs/lab.md). Needs a build that trains.
 *
 * <p>Usage: {@code tasks [seed=1] [folder=DIR] [TASK…]}. The exit code is 1 where a task falls
 * short.
 */
public final class TaskMargins {
  private static final Pattern REACHED =
      Pattern.compile("validation (.+) (-?[0-9.]+); always the same answer: (-?[0-9.]+)");

  /**
   * What a task must reach.
   *
   * @param margin beyond the same answer always
   */
  private record Stated(String task, int iterations, double margin) {}

  private static final List<Stated> STATED =
      List.of(
          new Stated("scene", 300, 0.4),
          new Stated("object", 300, 0.05),
          new Stated("rotation", 300, 0.15),
          new Stated("context", 300, 0.03),
          new Stated("puzzle", 300, 0.25),
          new Stated("colorization", 300, 0.05),
          new Stated("crosschannel", 300, 0.03),
          new Stated("autoencoding", 300, 0.4),
          new Stated("contrastive", 300, 0.2),
          new Stated("egomotion", 300, 0.25),
          new Stated("videoorder", 600, 0.1));

  private final Path folder;
  private final String seed;

  private TaskMargins(Path folder, String seed) {
    this.folder = folder;
    this.seed = seed;
  }

  /** See the class. */
  public static void main(String[] arguments) throws Exception {
    String seed = "1";
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "netdissect-tasks");
    List<String> named = new ArrayList<>();
    for (String argument : arguments) {
      String value = argument.substring(argument.indexOf('=') + 1);
      switch (argument.substring(0, argument.length() - value.length())) {
        case "seed=" -> seed = value;
        case "folder=" -> folder = Path.of(value);
        default -> named.add(argument);
      }
    }
    Files.createDirectories(folder);
    TaskMargins margins = new TaskMargins(folder, seed);
    Path world = folder.resolve("world");
    if (!Files.exists(world)) {
      Command.run("world --images 2000 --seed 1 --size 64 --quiet --out " + world);
    }
    boolean all = true;
    for (Stated stated : STATED) {
      if (named.isEmpty() || named.contains(stated.task())) {
        all = margins.holds(stated) && all;
      }
    }
    if (!all) {
      System.exit(1);
    }
  }

  private boolean holds(Stated stated) throws IOException, InterruptedException {
    Path out = folder.resolve(stated.task() + "-" + seed);
    Trees.delete(out);
    String said =
        Command.run(
            String.format(
                Locale.ROOT,
                "train --data %s --task %s --iterations %d --size 64 --width 16 --batch 32"
                    + " --threads 1 --seed %s --quiet --out %s",
                folder.resolve("world"),
                stated.task(),
                stated.iterations(),
                seed,
                out));
    Matcher reached = REACHED.matcher(said);
    if (!reached.find()) {
      throw new IllegalStateException(said);
    }
    double value = Double.parseDouble(reached.group(2));
    double chance = Double.parseDouble(reached.group(3));
    boolean holds = value >= chance + stated.margin();
    System.out.printf(
        Locale.ROOT,
        "%-13s %d iterations, seed %s: %s %.3f, always the same answer %.3f, margin %.2f: %s%n",
        stated.task(),
        stated.iterations(),
        seed,
        reached.group(1),
        value,
        chance,
        stated.margin(),
        holds ? "holds" : "FALLS SHORT");
    return holds;
  }
}
