package org.netdissect.pictures;

import org.netdissect.base.DataException;

/**
 * One image file (a photograph or a mask) is missing or broken. The data set as a whole can still
 * be used: the image is left out and reported, unless the user asked to be strict.
 */
public final class UnreadableImageException extends DataException {
  private static final long serialVersionUID = 1L;

  public UnreadableImageException(String message) {
    super(message);
  }

  public UnreadableImageException(String message, Throwable cause) {
    super(message, cause);
  }
}
