package org.netdissect.datasets.broden.build;

import java.util.Locale;

/** Broden's categories, in the order of their names. */
enum Kind {
  COLOR,
  MATERIAL,
  OBJECT,
  PART,
  SCENE,
  TEXTURE;

  private final String title = name().toLowerCase(Locale.ROOT);

  /** As the tables name it. */
  String title() {
    return title;
  }
}
