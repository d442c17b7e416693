package org.netdissect.analysis.rating;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A phrase put before a rater beside a unit's pictures: does it describe most of them?
 *
 * @param id by which answers name it; it tells nothing of where the phrase is from
 * @param layer place of the layer in the study
 * @param unit whose pictures are shown
 * @param phrase as the rater reads it
 * @param kind what the answer is for
 * @param ours whether the phrase is the unit's label
 * @param truth whether it is what the second source says of the unit
 * @param again the question that this one repeats; null otherwise
 */
public record Question(
    String id,
    int layer,
    int unit,
    String phrase,
    Kind kind,
    boolean ours,
    boolean truth,
    @Nullable String again) {

  public Question {
    // Read from files, too.
    Objects.requireNonNull(id);
    Objects.requireNonNull(phrase);
    Objects.requireNonNull(kind);
  }

  /** What an answer is for. */
  public enum Kind {
    /** A phrase from the dissection, from the second source, or from both. */
    PHRASE,
    /** A concept of other units, to see how often raters say yes to anything. */
    DECOY,
    /** The phrase asks for a yes: whoever reads it gives one. */
    CHECK_YES,
    /** The phrase asks for a no. */
    CHECK_NO,
    /** A phrase that was shown before. */
    REPEAT
  }

  /** Whether it only tests whether the rater reads. */
  boolean isCheck() {
    return kind == Kind.CHECK_YES || kind == Kind.CHECK_NO;
  }

  /** Whether its answer says something of a phrase: neither a check nor asked before. */
  boolean isOpinion() {
    return kind == Kind.PHRASE || kind == Kind.DECOY;
  }
}
