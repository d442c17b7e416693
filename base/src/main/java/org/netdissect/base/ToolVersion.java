package org.netdissect.base;

/** Which netdissect this is. */
public final class ToolVersion {
  private ToolVersion() {}

  /** Name and version of this program, as results record it. */
  public static String get() {
    String version = ToolVersion.class.getPackage().getImplementationVersion();
    return "netdissect " + (version == null ? "(unpackaged)" : version);
  }
}
