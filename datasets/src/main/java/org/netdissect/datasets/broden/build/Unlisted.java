package org.netdissect.datasets.broden.build;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.netdissect.base.Progress;

/** Codes that maps hold and no table of their source lists: they are dropped, but not silently. */
final class Unlisted {
  /** Codes that are named; of more the number is told. */
  private static final int NAMED = 5;

  private Unlisted() {}

  /** Warns of them, in one line a source. */
  static void warn(SortedMap<SourceLabel, Extent> extents, BuildPlan plan, Progress progress) {
    for (BrodenSource source : plan.sources()) {
      List<String> unlisted = new ArrayList<>();
      for (Map.Entry<SourceLabel, Extent> one : extents.entrySet()) {
        SourceLabel label = one.getKey();
        if (label.source().equals(source.name())
            && label.kind() != Kind.COLOR
            && !source.isListed(label.kind(), label.code())) {
          unlisted.add(label.code() + " in " + one.getValue().images() + " images");
        }
      }
      if (!unlisted.isEmpty()) {
        progress.warn(
            source.name()
                + ": labels that no table of "
                + source.title()
                + " names are dropped: "
                + String.join(", ", unlisted.subList(0, Math.min(NAMED, unlisted.size())))
                + (unlisted.size() > NAMED ? " and " + (unlisted.size() - NAMED) + " more" : ""));
      }
    }
  }
}
