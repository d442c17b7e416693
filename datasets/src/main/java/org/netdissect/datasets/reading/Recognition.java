package org.netdissect.datasets.reading;

import org.jspecify.annotations.Nullable;

/**
 * What a format makes of a folder. A format claims a folder on positive evidence only: its files
 * are there, and not merely nothing else.
 *
 * @param kind what it says
 * @param reason of a refusal: a line that names the folder or file; otherwise null
 */
public record Recognition(Kind kind, @Nullable String reason) {
  /** What a format says of a folder. */
  public enum Kind {
    /** It is of another format, or of none. */
    NONE,
    /** It is of this format. */
    CLAIMED,
    /** It may be of this format, if neither it nor a folder below it is of another. */
    IF_NOTHING_ELSE,
    /** It bears the marks of this format but cannot be read. */
    REFUSED
  }

  /** It is of another format, or of none. */
  public static final Recognition NONE = new Recognition(Kind.NONE, null);

  /** It is of this format. */
  public static final Recognition CLAIMED = new Recognition(Kind.CLAIMED, null);

  /** It may be of this format, if nothing else is found. */
  public static final Recognition IF_NOTHING_ELSE = new Recognition(Kind.IF_NOTHING_ELSE, null);

  /** It bears the marks of the format but cannot be read; the line says why and what to do. */
  public static Recognition refused(String reason) {
    return new Recognition(Kind.REFUSED, reason);
  }

  /** Claimed when so, otherwise of another format. */
  public static Recognition claimedIf(boolean so) {
    return so ? CLAIMED : NONE;
  }
}
