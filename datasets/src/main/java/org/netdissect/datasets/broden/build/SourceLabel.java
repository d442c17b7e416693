package org.netdissect.datasets.broden.build;

import java.util.Comparator;

/**
 * A label as a source has it: a code within one of the source's categories. Ordered by source,
 * category, code.
 */
record SourceLabel(String source, Kind kind, int code) implements Comparable<SourceLabel> {
  private static final Comparator<SourceLabel> ORDER =
      Comparator.comparing(SourceLabel::source)
          .thenComparing(SourceLabel::kind)
          .thenComparingInt(SourceLabel::code);

  @Override
  public int compareTo(SourceLabel other) {
    return ORDER.compare(this, other);
  }

  /** As {@code syns.txt} writes it: "ade20k/object#401". */
  @Override
  public String toString() {
    return source + "/" + kind.title() + "#" + code;
  }
}
