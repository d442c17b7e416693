package org.netdissect.networks;

/**
 * Where a network is computed.
 *
 * @param kind what does it
 */
public record Device(Kind kind) {
  /** Kinds of devices. */
  public enum Kind {
    /** The processor. */
    CPU
  }

  /** The processor. */
  public static final Device CPU = new Device(Kind.CPU);

  /** As people write it, for example {@code cpu}. */
  @Override
  public String toString() {
    return kind.name().toLowerCase(java.util.Locale.ROOT);
  }
}
