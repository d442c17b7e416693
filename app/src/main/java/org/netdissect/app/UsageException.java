package org.netdissect.app;

import org.jspecify.annotations.Nullable;

/** The command was used wrongly: exit code 2. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UsageException(@Nullable String message) {
    super(message);
  }
}
