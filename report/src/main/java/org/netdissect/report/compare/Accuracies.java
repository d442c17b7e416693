package org.netdissect.report.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.ProbeInfo;

/** How well the layers of several results serve one other task, as {@code probe} found it. */
public final class Accuracies {
  private final IdentityHashMap<LayerDissection, ProbeInfo.Entry> byLayer = new IdentityHashMap<>();

  private Accuracies() {}

  /**
   * Those of one task.
   *
   * @param data name of the task's data set, or the task as the refusal names it; null if the
   *     results know of one task only
   * @throws DissectionException in one line if no layer knows of it, or it is not clear which is
   *     meant
   */
  public static Accuracies of(List<Comparison.Run> runs, @Nullable String data) throws IOException {
    Accuracies accuracies = new Accuracies();
    List<ProbeInfo.Entry> tasks = new ArrayList<>();
    Set<String> all = new LinkedHashSet<>();
    for (Comparison.Run run : runs) {
      for (LayerDissection layer : run.dissection().layers()) {
        for (ProbeInfo.Entry entry : ProbeInfo.read(run.dissection(), layer)) {
          all.add(entry.data());
          if (data == null || data.equals(entry.data()) || data.equals(named(entry))) {
            accuracies.byLayer.put(layer, entry);
            if (tasks.stream().noneMatch(entry::isOfSameTask)) {
              tasks.add(entry);
            }
          }
        }
      }
    }
    if (tasks.isEmpty()) {
      throw new DissectionException(
          "no layer of these results carries an accuracy"
              + (data == null || all.isEmpty()
                  ? ""
                  : " on " + data + ", but on " + String.join(", ", all))
              + "; 'netdissect probe MODEL --data CLASSES --result OUT' puts it there");
    }
    if (tasks.size() > 1) {
      throw new DissectionException(
          "these results carry accuracies of several tasks ("
              + String.join("; ", tasks.stream().map(Accuracies::named).toList())
              + "); name one with --accuracy=NAME, in all of these words where the data alone do"
              + " not tell");
    }
    return accuracies;
  }

  /** A task in words that no other has; {@code of} takes them. */
  private static String named(ProbeInfo.Entry task) {
    return task.data()
        + (task.test() == null ? "" : " tested on " + task.test())
        + ", "
        + task.category()
        + ", "
        + task.pool()
        + ", C = "
        + Numbers.general(task.cost(), 6);
  }

  /** That of a layer; null if it was not probed. */
  ProbeInfo.@Nullable Entry of(LayerDissection layer) {
    return byLayer.get(layer);
  }
}
