package org.netdissect.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.netdissect.app.Netdissect;

/**
 * Runs the command as ever and tells at the end what its threads were doing: looked at every ten
 * milliseconds, so the shares are good to about a percent.
 */
final class SampledRun {
  private static final long EVERY_MILLIS = 10;

  /** Parts of the work by what marks them in a stack, the first that fits. */
  private static final Map<String, List<String>> PARTS = new LinkedHashMap<>();

  static {
    PARTS.put("decode", List.of("Photographs.decode"));
    PARTS.put("resize", List.of("Photograph.resized"));
    PARTS.put("preprocess", List.of("Runner.photograph"));
    PARTS.put("network", List.of("Runner.run"));
    PARTS.put("read files", List.of("NetworkReader.load"));
    PARTS.put("copy maps", List.of("NetworkReader.run"));
    PARTS.put("spill", List.of("Spill.append"));
    PARTS.put("record", List.of("LayerRecorder.record"));
    PARTS.put("checkpoint", List.of("Recording.writeCheckpoint"));
    PARTS.put("thresholds", List.of("MaskTally.BinDetail", "MaskTally.lambda.thresholds"));
    PARTS.put("tally", List.of("MaskTally.Output", "MaskTally.tally"));
    PARTS.put("score", List.of("Scorer", "ResultWriter.score", "ResultWriter.lambda.score"));
    PARTS.put("write result", List.of("ResultWriter"));
    PARTS.put("open model", List.of("Network.open", "Network.tap"));
    PARTS.put("open data", List.of("BrodenDataset.open", "Atlas.open", "ImageSet.choose"));
    PARTS.put("other", List.of());
  }

  private SampledRun() {}

  public static void main(String[] arguments) {
    Map<String, Integer> samples = new LinkedHashMap<>();
    PARTS.keySet().forEach(part -> samples.put(part, 0));
    long began = System.nanoTime();
    int[] rounds = new int[1];
    Thread sampler =
        new Thread(
            () -> {
              while (true) {
                try {
                  TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
                } catch (InterruptedException e) {
                  return;
                }
                synchronized (samples) {
                  rounds[0]++;
                  Thread.getAllStackTraces()
                      .forEach(
                          (thread, stack) -> {
                            if (works(thread, stack)) {
                              samples.merge(part(stack), 1, Integer::sum);
                            }
                          });
                }
              }
            },
            "sampler");
    sampler.setDaemon(true);
    sampler.start();
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> tell(samples, rounds, System.nanoTime() - began)));
    Netdissect.main(arguments);
  }

  private static boolean works(Thread thread, StackTraceElement[] stack) {
    List<String> marks = new ArrayList<>();
    for (StackTraceElement frame : stack) {
      marks.add(frame.getClassName());
    }
    return thread.getState() == Thread.State.RUNNABLE
        && marks.stream().anyMatch(name -> name.startsWith("org.netdissect."))
        && marks.stream().noneMatch(name -> name.contains("SampledRun$"))
        && !thread.getName().equals("sampler");
  }

  private static String part(StackTraceElement[] stack) {
    for (Map.Entry<String, List<String>> part : PARTS.entrySet()) {
      for (StackTraceElement frame : stack) {
        String name = frame.getClassName() + "." + frame.getMethodName();
        if (name.startsWith("org.netdissect.")
            && part.getValue().stream().anyMatch(name.replace('$', '.')::contains)) {
          return part.getKey();
        }
      }
    }
    return "other";
  }

  /** Processor seconds of the Java machine's own threads, as Linux counts them. */
  private static String machine() {
    Map<String, Double> seconds = new TreeMap<>();
    try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
      for (Path task : tasks.toList()) {
        String stat = Files.readString(task.resolve("stat"));
        String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        String kind =
            name.startsWith("C1") || name.startsWith("C2")
                ? "compiling"
                : name.startsWith("GC") ? "collecting" : "";
        if (!kind.isEmpty()) {
          seconds.merge(
              kind, (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / 100.0, Double::sum);
        }
      }
    } catch (IOException | RuntimeException e) {
      return "";
    }
    return "  Java itself: " + seconds + " seconds of processor\n";
  }

  private static void tell(Map<String, Integer> samples, int[] rounds, long nanos) {
    synchronized (samples) {
      double each = nanos / 1e9 / Math.max(1, rounds[0]);
      int all = samples.values().stream().mapToInt(Integer::intValue).sum();
      StringBuilder text = new StringBuilder();
      samples.forEach(
          (part, count) ->
              text.append(
                  String.format(
                      Locale.ROOT,
                      "  %-14s %7.2f thread seconds %5.1f %%%n",
                      part,
                      count * each,
                      100.0 * count / Math.max(1, all))));
      text.append(machine());
      System.err.print(text);
    }
  }
}
