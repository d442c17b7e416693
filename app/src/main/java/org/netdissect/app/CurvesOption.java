package org.netdissect.app;

import org.jspecify.annotations.Nullable;

/** What {@code --curves} may be drawn over. */
final class CurvesOption {
  private CurvesOption() {}

  /** Refuses all but the one thing that curves are drawn over. */
  static void check(@Nullable String curves) {
    if (curves != null && !curves.equals("threshold")) {
      throw new UsageException("--curves is threshold, not " + curves);
    }
  }
}
