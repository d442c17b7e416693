package org.netdissect.app;

import picocli.CommandLine.Option;

/** Options of every command. */
final class CommonOptions {
  @Option(names = "--quiet", description = "Print results only: no progress, no announcements.")
  boolean quiet;

  @Option(names = "--verbose", description = "Print the stack trace of a failure.")
  boolean verbose;
}
