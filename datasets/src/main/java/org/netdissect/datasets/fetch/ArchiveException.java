package org.netdissect.datasets.fetch;

import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;

/** An archive is not what it should be: broken off, changed, or made to do harm. */
final class ArchiveException extends DataException {
  private static final long serialVersionUID = 1L;

  ArchiveException(String message) {
    super(message);
  }

  ArchiveException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
