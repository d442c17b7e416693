package org.netdissect.datasets.reading;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;

/**
 * An image holds labels that no table lists. Where one row is missing, nearly every image says so;
 * what is missing tells those apart from other faults.
 */
public final class UnlistedLabelException extends DataException {
  private static final long serialVersionUID = 1L;

  private final List<String> missing;

  /**
   * Labels that are in no table.
   *
   * @param missing a phrase for each: "the value 7"
   */
  public UnlistedLabelException(String message, List<String> missing) {
    super(message);
    this.missing = List.copyOf(missing);
  }

  /** What is missing, a phrase each: "the value 7"; the same in every image. */
  public List<String> missing() {
    return missing;
  }

  /** What is missing where this is the cause of a failure; none where it is not. */
  public static List<String> missing(Throwable failure) {
    @Nullable Throwable cause = failure;
    while (cause != null && !(cause instanceof UnlistedLabelException)) {
      cause = cause.getCause();
    }
    return cause instanceof UnlistedLabelException unlisted ? unlisted.missing() : List.of();
  }
}
