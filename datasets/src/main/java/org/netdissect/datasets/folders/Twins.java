package org.netdissect.datasets.folders;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.netdissect.datasets.reading.PhotoFiles;

/**
 * Two folders that hold pictures of the same names. So do photographs and their masks, but also
 * classes whose photographs are numbered.
 *
 * @param first a folder
 * @param second the other
 * @param example a name that is in both, without ending
 * @param count of such names
 * @param numbered whether the names are but running numbers
 */
record Twins(String first, String second, String example, int count, boolean numbered) {
  /** More folders are no photographs and masks. */
  private static final int MOST_FOLDERS = 50;

  /** Share of the names of the smaller folder that must be in the other. */
  private static final double SHARED = 0.8;

  private static final List<Set<String>> PAIRS =
      List.of(
          Set.of("input", "target"),
          Set.of("inputs", "targets"),
          Set.of("input", "output"),
          Set.of("inputs", "outputs"),
          Set.of("source", "target"),
          Set.of("x", "y"),
          Set.of("rgb", "sem"),
          Set.of("rgb", "semantic"),
          Set.of("rgb", "depth"),
          Set.of("rgb", "normals"),
          Set.of("lr", "hr"));

  /** Every two folders of the same names. */
  static List<Twins> among(Map<String, List<String>> folders) {
    List<String> paths = new ArrayList<>();
    List<Set<String>> stems = new ArrayList<>();
    folders.forEach(
        (path, names) -> {
          if (!names.isEmpty()) {
            paths.add(path);
            stems.add(stems(names));
          }
        });
    List<Twins> all = new ArrayList<>();
    if (paths.size() > MOST_FOLDERS) {
      return all;
    }
    for (int i = 0; i < paths.size(); i++) {
      for (int k = i + 1; k < paths.size(); k++) {
        Set<String> common = new TreeSet<>(stems.get(i));
        common.retainAll(stems.get(k));
        if (!common.isEmpty()
            && common.size() >= SHARED * Math.min(stems.get(i).size(), stems.get(k).size())) {
          String example = common.iterator().next();
          all.add(
              new Twins(
                  paths.get(i), paths.get(k), example, common.size(), areRunningNumbers(common)));
        }
      }
    }
    return all;
  }

  private static Set<String> stems(List<String> names) {
    Set<String> stems = new HashSet<>();
    names.forEach(name -> stems.add(plain(PhotoFiles.stem(name))));
    return stems;
  }

  /** A stem without what makes it one of a mask or photograph, and without leading zeros. */
  static String plain(String stem) {
    String base = MaskNames.withoutEnding(stem);
    return MaskNames.ofPhoto(base == null ? stem : base).replaceAll("(?<![0-9])0+(?=[0-9])", "");
  }

  /** Whether a mask's stem, or what it begins with, is one of these plain stems. */
  static boolean isNamedAfterOne(Set<String> plainStems, String stem) {
    String rest = plain(stem);
    while (!plainStems.contains(rest)) {
      int end = rest.length() - 1;
      while (end > 0 && Character.isLetterOrDigit(rest.charAt(end))) {
        end--;
      }
      if (end <= 0) {
        return false;
      }
      rest = rest.substring(0, end);
    }
    return true;
  }

  /** Numbers that follow one another, maybe with the same words around them. */
  private static boolean areRunningNumbers(Set<String> stems) {
    Set<String> words = new HashSet<>();
    long low = Long.MAX_VALUE;
    long high = Long.MIN_VALUE;
    for (String stem : stems) {
      String digits = stem.replaceAll("^.*?([0-9]{1,9})[^0-9]*$", "$1");
      if (digits.equals(stem) && !stem.matches("[0-9]{1,9}")) {
        return false;
      }
      words.add(stem.replaceAll("[0-9]{1,9}([^0-9]*)$", "#$1"));
      low = Math.min(low, Long.parseLong(digits));
      high = Math.max(high, Long.parseLong(digits));
    }
    return words.size() == 1 && high - low < 2L * stems.size();
  }

  /**
   * Whether names alone, of the pictures or of the folders, say that what is in one belongs to what
   * is in the other.
   */
  boolean areTold() {
    return (count > 1 && !numbered) || isPairByName();
  }

  private boolean isPairByName() {
    String one = lastPart(first);
    String other = lastPart(second);
    return PAIRS.stream().anyMatch(pair -> pair.contains(one) && pair.contains(other));
  }

  private static String lastPart(String path) {
    return path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
  }
}
