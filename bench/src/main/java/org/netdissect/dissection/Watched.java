package org.netdissect.dissection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.Progress;

/** Watches a dissection: seconds of each phase, and before the work folder goes, what lay in it. */
final class Watched implements Progress, Dissector.Step {
  private final Map<String, Double> seconds = new LinkedHashMap<>();
  private String phase;
  private long since;
  private long spilled;
  private long dense;
  private long maps;
  private long fired;
  private long cells;
  private long cellsKept;
  private long hitBytes;

  @Override
  public synchronized void begin(String name, long total, String unit) {
    phase = name.replaceAll(" .*", "");
    since = System.nanoTime();
  }

  @Override
  public void advance(long n) {}

  @Override
  public synchronized void end() {
    seconds.merge(phase, (System.nanoTime() - since) / 1e9, Double::sum);
  }

  @Override
  public void warn(String message) {
    System.out.println("warning: " + message);
  }

  @Override
  public void run(Dissection dissection, ConceptDataset data) throws IOException {
    Path folder = dissection.folder();
    long images = dissection.info().images().read();
    for (DissectionInfo.LayerResult result : dissection.info().layers()) {
      LayerInfo layer = result.layer();
      Path work = folder.resolve(ResultFolder.WORK).resolve(layer.folder());
      spilled += Files.size(work.resolve("spill.bin"));
      dense += 4L * images * layer.units() * layer.cells();
      maps += images * layer.units();
      cells += images * layer.units() * layer.cells();
      hitBytes += Files.size(folder.resolve(layer.folder()).resolve("hits.bin"));
      try (ActivationMaps kept =
          ActivationMaps.open(folder.resolve(layer.folder()).resolve("maps.bin"), layer)) {
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

  long spilled() {
    return spilled;
  }

  /** Seconds of a phase, by the first word of its name. */
  double seconds(String name) {
    return seconds.getOrDefault(name, 0.0);
  }

  /** What was seen, in lines. */
  String told() {
    StringBuilder text = new StringBuilder();
    seconds.forEach(
        (name, value) -> text.append(String.format(Locale.ROOT, "  %-10s %8.1f s%n", name, value)));
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
