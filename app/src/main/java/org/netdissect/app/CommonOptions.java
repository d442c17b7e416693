package org.netdissect.app;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of every command. */
final class CommonOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(names = "--quiet", description = "Print results only: no progress, no announcements.")
  boolean quiet;

  @Option(names = "--verbose", description = "Print the stack trace of a failure.")
  boolean verbose;

  /** Whether an option of the command was given, be it with the value that it has by itself. */
  boolean given(String option) {
    return command.commandLine().getParseResult().hasMatchedOption(option);
  }
}
