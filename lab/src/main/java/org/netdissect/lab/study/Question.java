package org.netdissect.lab.study;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a study asks: how a measure goes with a factor, and what was expected of it.
 *
 * @param title for people
 * @param groups whose networks take part; empty for all
 * @param by the factor: network, layer, alpha, iteration, accuracy, probe, or a key of the training
 * @param layer only results of this layer; null for all
 * @param measure what is counted
 * @param expected what was expected before looking; null for nothing
 * @param at where it stands
 */
record Question(
    String title,
    List<String> groups,
    String by,
    @Nullable String layer,
    Measure measure,
    @Nullable Expectation expected,
    Place at) {

  /** Whether a network takes part. */
  boolean asks(Subject subject) {
    return groups.isEmpty() || groups.contains(subject.group());
  }

  /**
   * A count of a dissected layer, the network's own accuracy, or that of a probe; or no number, but
   * which concepts are detected.
   *
   * @param kind what is counted
   * @param category counted alone; blank for all
   */
  record Measure(Kind kind, String category) {
    enum Kind {
      UNIQUE("unique detectors"),
      DETECTORS("detectors"),
      SHARE("share of units that are detectors"),
      ACCURACY("accuracy"),
      PROBE("accuracy of a probe"),
      CONCEPTS("concepts");

      private final String words;

      Kind(String words) {
        this.words = words;
      }

      /** Whether it counts units, so that it depends on the threshold. */
      boolean counts() {
        return this == UNIQUE || this == DETECTORS || this == SHARE;
      }
    }

    /**
     * Of a text as people type it: "unique", "unique object", "detectors texture", "share",
     * "accuracy", "probe", "concepts".
     *
     * @throws IllegalArgumentException when it is none of them
     */
    static Measure of(String text) {
      String[] words = text.split("\\s+", 2);
      for (Kind kind : Kind.values()) {
        if (kind.name().equalsIgnoreCase(words[0])) {
          if (words.length > 1 && !kind.counts()) {
            throw new IllegalArgumentException(words[0] + " has no category");
          }
          return new Measure(kind, words.length > 1 ? words[1] : "");
        }
      }
      throw new IllegalArgumentException(
          "measure \""
              + text
              + "\": unique, detectors or share, with a category or without (unique"
              + " object), accuracy, probe or concepts");
    }

    String words() {
      return kind.words + (category.isEmpty() ? "" : " (" + category + ")");
    }
  }

  /** What was expected, stated before looking. */
  sealed interface Expectation {
    String words();

    /** The measure rises with the factor, or falls. */
    record Trend(boolean rises) implements Expectation {
      @Override
      public String words() {
        return rises ? "increases" : "decreases";
      }
    }

    /** The means of these values of the factor fall in this order. */
    record Order(List<String> values) implements Expectation {
      public Order {
        values = List.copyOf(values);
      }

      @Override
      public String words() {
        return String.join(" > ", values);
      }
    }

    /**
     * Of a text: "increases", "decreases", "a &gt; b &gt; c".
     *
     * @throws IllegalArgumentException when it is none of them
     */
    static Expectation of(String text) {
      if (text.equals("increases") || text.equals("decreases")) {
        return new Trend(text.equals("increases"));
      }
      List<String> values = List.of(text.split("\\s*>\\s*", -1));
      if (values.size() < 2 || values.stream().anyMatch(String::isBlank)) {
        throw new IllegalArgumentException(
            "expect is increases, decreases or an order of values (a > b), not \"" + text + "\"");
      }
      if (values.stream().distinct().count() < values.size()) {
        throw new IllegalArgumentException("\"" + text + "\" names a value twice");
      }
      return new Order(values);
    }
  }
}
