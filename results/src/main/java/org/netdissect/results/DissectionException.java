package org.netdissect.results;

import org.netdissect.base.NetdissectException;

/** A failure that a person can do something about; the message is one line that says what. */
public class DissectionException extends NetdissectException {
  private static final long serialVersionUID = 1;

  public DissectionException(String message) {
    super(message);
  }

  public DissectionException(String message, Throwable cause) {
    super(message, cause);
  }
}
