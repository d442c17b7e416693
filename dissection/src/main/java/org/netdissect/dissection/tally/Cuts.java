package org.netdissect.dissection.tally;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Where the maps of a group of units are cut.
 *
 * @param thresholds by unit, from the group's first
 * @param floors none of which is above its unit's threshold; null if no more is kept than masks
 *     need
 */
public record Cuts(float[] thresholds, float @Nullable [] floors) implements Serializable {
  /** What is kept of a unit's maps is above this. */
  float least(int unit) {
    return floors == null ? thresholds[unit] : floors[unit];
  }
}
