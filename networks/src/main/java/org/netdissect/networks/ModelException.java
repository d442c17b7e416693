package org.netdissect.networks;

import org.netdissect.base.NetdissectException;

/** A model, a layer name or a preprocessing that cannot be used: one clear line for a person. */
public final class ModelException extends NetdissectException {
  private static final long serialVersionUID = 1L;

  /** Says in one line what is wrong, with which file or option, and what to do. */
  public ModelException(String message) {
    super(message);
  }

  /** The same, with the technical cause for a trace. */
  public ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
