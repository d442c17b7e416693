package org.netdissect.base;

import java.util.List;

/**
 * Photographs without labels. A data set of them has one category, which no concept belongs to, so
 * that images, masks and results have the form that they have with labels.
 */
public final class Unlabelled {
  /** The name of that category. */
  public static final String CATEGORY = "unlabelled";

  private Unlabelled() {}

  /** Whether these are the categories of photographs without labels. */
  public static boolean are(List<String> categories) {
    return categories.equals(List.of(CATEGORY));
  }
}
