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
 * @param minimumGain in IoU that a longer formula must have over a shorter one to take its place
 * @param penalty factor on the IoU for each concept more, above 0 and at most 1, in what the beam
 *     keeps and in whether a longer formula takes the place of a shorter one; 1 for none
 * @param timeLimit for each unit; what is not proven by then is given with a bound
 * @param workers threads; the result does not depend on them
 */
public record FormulaOptions(
    int length,
    boolean optimal,
    int beam,
    List<Formula.Operator> operators,
    double minimumGain,
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
    check(
        minimumGain >= 0 && minimumGain < 1,
        "the minimum gain must be from 0 to below 1: " + minimumGain);
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
        0,
        1,
        Duration.ofSeconds(30),
        Runtime.getRuntime().availableProcessors());
  }

  /** The same up to another length. */
  public FormulaOptions withLength(int concepts) {
    return new FormulaOptions(
        concepts, optimal, beam, operators, minimumGain, penalty, timeLimit, workers);
  }

  /** The same by beam search of a width, without proofs. */
  public FormulaOptions withBeam(int width) {
    return new FormulaOptions(
        length, false, width, operators, minimumGain, penalty, timeLimit, workers);
  }

  /** The same with some operators only. */
  public FormulaOptions withOperators(List<Formula.Operator> some) {
    return new FormulaOptions(
        length, optimal, beam, some, minimumGain, penalty, timeLimit, workers);
  }

  /** The same with another minimum gain. */
  public FormulaOptions withMinimumGain(double gain) {
    return new FormulaOptions(length, optimal, beam, operators, gain, penalty, timeLimit, workers);
  }

  /** The same with another penalty. */
  public FormulaOptions withPenalty(double factor) {
    return new FormulaOptions(
        length, optimal, beam, operators, minimumGain, factor, timeLimit, workers);
  }

  /** The same with another limit. */
  public FormulaOptions withTimeLimit(Duration limit) {
    return new FormulaOptions(
        length, optimal, beam, operators, minimumGain, penalty, limit, workers);
  }

  /** The same with so many threads. */
  public FormulaOptions withWorkers(int threads) {
    return new FormulaOptions(
        length, optimal, beam, operators, minimumGain, penalty, timeLimit, threads);
  }

  /** IoU with the penalty. */
  double worth(Found found) {
    return found.iou() * Math.pow(penalty, found.formula().length() - 1);
  }

  /** Whether a formula takes the place of a shorter one. */
  boolean prefers(Found longer, Found shorter) {
    return worth(longer) > worth(shorter) && longer.iou() - shorter.iou() >= minimumGain;
  }
}
