package org.netdissect.analysis.formulas;

import java.time.Duration;
import java.util.List;

/**
 * How formulas are searched for.
 *
 * @param length most concepts, 1 to 10
 * @param optimal whether lengths up to three are proven; otherwise the beam's answer is taken
 * @param beam formulas that the beam keeps, 1 to 1,000
 * @param operators that may join concepts
 * @param penalty factor on the IoU for each concept more, in the choice of what the beam keeps; 1
 *     for none
 * @param timeLimit for each unit; what is not proven by then is given with a bound
 * @param workers threads; the result does not depend on them
 */
public record FormulaOptions(
    int length,
    boolean optimal,
    int beam,
    List<Formula.Operator> operators,
    double penalty,
    Duration timeLimit,
    int workers) {

  private static final int LONGEST = 10;
  private static final int WIDEST = 1_000;

  /**
   * Checks the options.
   *
   * @throws IllegalArgumentException saying which is out of range
   */
  public FormulaOptions {
    operators = List.copyOf(operators);
    check(length >= 1 && length <= LONGEST, "the length must be 1 to " + LONGEST + ": " + length);
    check(beam >= 1 && beam <= WIDEST, "the beam must be 1 to " + WIDEST + ": " + beam);
    check(!operators.isEmpty(), "no operator is left");
    check(penalty > 0 && penalty <= 1, "the penalty must be above 0 and at most 1: " + penalty);
    check(!timeLimit.isNegative() && !timeLimit.isZero(), "the time limit must be above 0");
    check(workers >= 1, "workers must be at least 1: " + workers);
  }

  private static void check(boolean right, String message) {
    if (!right) {
      throw new IllegalArgumentException(message);
    }
  }

  /** Proven up to length 3, beam of 10, all operators, no penalty, 30 s a unit. */
  public static FormulaOptions defaults() {
    return new FormulaOptions(
        3,
        true,
        10,
        List.of(Formula.Operator.values()),
        1,
        Duration.ofSeconds(30),
        Runtime.getRuntime().availableProcessors());
  }
}
