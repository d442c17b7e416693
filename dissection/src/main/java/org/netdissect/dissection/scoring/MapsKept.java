package org.netdissect.dissection.scoring;

import java.util.Locale;

/** Which trimmed activation maps a result keeps. */
public enum MapsKept {
  /** Of every image on which a unit exceeds its threshold. */
  ALL,
  /** Only of each unit's top images. */
  SHOWN,
  /** None: the report then shows no masks. */
  NONE;

  /**
   * Reads {@code all}, {@code shown} or {@code none}.
   *
   * @throws IllegalArgumentException for any other word
   */
  public static MapsKept of(String word) {
    for (MapsKept kept : values()) {
      if (kept.name().toLowerCase(Locale.ROOT).equals(word)) {
        return kept;
      }
    }
    throw new IllegalArgumentException("maps '" + word + "' is not one of all, shown, none");
  }
}
