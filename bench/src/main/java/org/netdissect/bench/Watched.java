package org.netdissect.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.Dissector;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.ResultFolder;

/** Watches a dissection: seconds of each phase, and before the work folder goes, what lay in it. */
final class Watched implements Progress, Dissector.Step {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** Seconds of the clock and of the processor. */
  private final Map<String, double[]> seconds = new LinkedHashMap<>();

  private final long began = System.nanoTime();
  private final long cpuBegan = SYSTEM.getProcessCpuTime();
  private long spilled;
  private long dense;
  private long maps;
  private long fired;
  private long cells;
  private long cellsKept;
  private long hitBytes;

  @Override
  public Phase phase(String name, long total, String unit) {
    String phase = name.replaceAll(" .*", "");
    long since = System.nanoTime();
    long cpuSince = SYSTEM.getProcessCpuTime();
    return new Phase() {
      @Override
      public void advance(long n) {}

      @Override
      public void done() {}

      @Override
      public void close() {
        add(
            phase,
            (System.nanoTime() - since) / 1e9,
            (SYSTEM.getProcessCpuTime() - cpuSince) / 1e9);
      }
    };
  }

  private synchronized void add(String phase, double clock, double processor) {
    double[] sums = seconds.computeIfAbsent(phase, name -> new double[2]);
    sums[0] += clock;
    sums[1] += processor;
  }

  @Override
  public void warn(String message) {
    System.out.println("warning: " + message);
  }

  @Override
  public void run(Dissection dissection, ConceptDataset data) throws IOException {
    seconds.put(
        "all",
        new double[] {
          (System.nanoTime() - began) / 1e9, (SYSTEM.getProcessCpuTime() - cpuBegan) / 1e9
        });
    Path folder = dissection.folder();
    long images = dissection.info().images().read();
    int number = 0;
    for (DissectionInfo.LayerResult result : dissection.info().layers()) {
      LayerInfo layer = result.layer();
      Path work = folder.resolve(ResultFolder.WORK).resolve("layer-" + number++);
      spilled += Files.size(work.resolve("spill.bin"));
      dense += 4L * images * layer.units() * layer.cells();
      maps += images * layer.units();
      cells += images * layer.units() * layer.cells();
      hitBytes += Files.size(folder.resolve(layer.folder()).resolve("hits.bin"));
      try (ActivationMaps kept =
          ActivationMaps.open(
              folder.resolve(layer.folder()).resolve("maps.bin"), layer, (int) images)) {
        for (int u = 0; u < layer.units(); u++) {
          kept.read(
              u,
              (image, count, index, value) -> {
                fired++;
                cellsKept += count;
              });
        }
      }
    }
  }

  /** What each phase took. */
  String phases() {
    StringBuilder text = new StringBuilder();
    seconds.forEach(
        (name, value) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "  %-10s %8.1f s, %.1f s of processor%n",
                    name,
                    value[0],
                    value[1])));
    return text.toString();
  }

  /** What was seen, in lines. */
  String told() {
    StringBuilder text = new StringBuilder(phases());
    text.append(
        String.format(
            Locale.ROOT,
            "  spilled    %8.3f GB of %.3f GB dense = %.1f %%%n"
                + "  firing     %8.1f %% of all maps, cells kept %.2f %% of all%n"
                + "  hits       %8.3f GB%n",
            spilled / 1e9,
            dense / 1e9,
            100.0 * spilled / dense,
            100.0 * fired / maps,
            100.0 * cellsKept / cells,
            hitBytes / 1e9));
    return text.toString();
  }
}
