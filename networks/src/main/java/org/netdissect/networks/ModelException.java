package org.netdissect.networks;

import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;

/** A model, a layer name or a preprocessing that cannot be used: one clear line for a person. */
public final class ModelException extends NetdissectException {
  private static final long serialVersionUID = 1L;

  /** Says in one line what is wrong, with which file or option, and what to do. */
  public ModelException(String message) {
    super(plain(message));
  }

  /** The same, with the technical cause for a trace. */
  public ModelException(String message, @Nullable Throwable cause) {
    super(plain(message), cause);
  }

  /** Names in a model are anybody's: what would steer a terminal is written as escapes. */
  private static String plain(String message) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      if (Character.isISOControl(c) && c != '\n') {
        plain.append(String.format("\\u%04x", (int) c));
      } else {
        plain.append(c);
      }
    }
    return plain.toString();
  }
}
