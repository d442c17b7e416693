package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The original's two tables of names: which name is preferred to a name, and which names a thing
 * must not be called, since other things are called so.
 */
final class Synonyms {
  /** Lines "prefer" or "avoid", the word, and names with semicolons between. */
  private static final String TABLE = "synonyms.csv";

  private final Map<String, List<String>> preferred = new HashMap<>();
  private final Map<String, List<String>> avoided = new HashMap<>();

  /** Reads the tables. */
  Synonyms() {
    try (InputStream in = Synonyms.class.getResourceAsStream(TABLE)) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      text.lines().skip(1).forEach(this::take);
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + TABLE, e);
    }
  }

  private void take(String line) {
    String[] cells = line.split(",", -1);
    List<String> names = List.of(cells[2].split(";", -1));
    (cells[0].equals("prefer") ? preferred : avoided).put(cells[1], names);
  }

  /** The names to use for a thing with these names, the best first. */
  List<String> of(List<String> names) {
    if (names.stream().noneMatch(n -> preferred.containsKey(n) || avoided.containsKey(n))) {
      return names;
    }
    List<String> all = new ArrayList<>();
    names.forEach(name -> all.addAll(preferred.getOrDefault(name, List.of())));
    all.addAll(names);
    Set<String> omitted = new HashSet<>();
    all.forEach(name -> omitted.addAll(avoided.getOrDefault(name, List.of())));
    Set<String> kept = new LinkedHashSet<>(all);
    kept.removeAll(omitted);
    return List.copyOf(kept);
  }
}
