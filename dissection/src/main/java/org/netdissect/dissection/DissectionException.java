package org.netdissect.dissection;

import java.io.IOException;

/** A failure that a person can do something about; the message is one line that says what. */
public class DissectionException extends IOException {
  private static final long serialVersionUID = 1;

  public DissectionException(String message) {
    super(message);
  }

  public DissectionException(String message, Throwable cause) {
    super(message, cause);
  }
}
