package org.netdissect.datasets.broden.build;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The scenes of ADE20K: numbered in the order of their names; those with "~" mean none. */
final class Scenes {
  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> codes = new HashMap<>();

  /** Scenes as all images name them. */
  Scenes(Collection<String> all) {
    names.add(LabelNames.NONE);
    for (String scene : new TreeSet<>(all)) {
      String name = plain(scene);
      codes.put(name, name.startsWith("~") ? 0 : names.size());
      names.add(name);
    }
  }

  private static String plain(String scene) {
    return scene.replace(" - ", "-").replace('/', '-');
  }

  int code(String scene) {
    return codes.getOrDefault(plain(scene), 0);
  }

  List<String> names(int code) {
    return code == 0 ? List.of() : List.of(names.get(code) + "-s");
  }
}
