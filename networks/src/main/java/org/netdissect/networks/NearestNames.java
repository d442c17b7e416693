package org.netdissect.networks;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/** What somebody may have meant who wrote a wrong name. */
public final class NearestNames {
  private static final int NEAREST = 5;

  /** So many names are compared. */
  private static final int MOST = 10_000;

  /** So much of each name is compared. */
  private static final int LONGEST = 200;

  private NearestNames() {}

  /** The names nearest to a wrong one, best first. */
  public static List<String> of(String wrong, Collection<String> names) {
    record Scored(String name, double distance) {}
    String low = start(wrong);
    return new LinkedHashSet<>(names)
        .stream()
            .limit(MOST)
            .map(n -> new Scored(n, distance(low, start(n))))
            .sorted(Comparator.comparingDouble(Scored::distance).thenComparing(Scored::name))
            .limit(NEAREST)
            .map(Scored::name)
            .toList();
  }

  /** Of the nearest names those that a slip may have made the wrong one of, best first; or none. */
  public static List<String> near(String wrong, Collection<String> names) {
    String low = start(wrong);
    return of(wrong, names).stream()
        .filter(name -> distance(low, start(name)) <= Math.max(1, low.length() / 2.0))
        .toList();
  }

  private static String start(String name) {
    return name.substring(0, Math.min(LONGEST, name.length())).toLowerCase(Locale.ROOT);
  }

  /** Edit distance; a name that contains the other is nearer than its length tells. */
  private static double distance(String a, String b) {
    int[] last = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = last[0];
      last[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = last[j];
        last[j] = Math.min(change, Math.min(last[j], last[j - 1]) + 1);
      }
    }
    boolean contains = !a.isEmpty() && !b.isEmpty() && (a.contains(b) || b.contains(a));
    return contains ? last[b.length()] / 4.0 : last[b.length()];
  }
}
