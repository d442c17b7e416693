package org.netdissect.base;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A failure that a person can do something about: the message is one line that says what is wrong,
 * where (file, row, option) and, where it helps, what to do. The root of all such failures, so that
 * a program prints them as they are and everything else as a defect.
 */
public class NetdissectException extends IOException {
  private static final long serialVersionUID = 1L;

  public NetdissectException(String message) {
    super(message);
  }

  public NetdissectException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** The line that says what is wrong; there always is one. */
  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }
}
