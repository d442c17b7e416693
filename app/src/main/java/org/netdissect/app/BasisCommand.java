package org.netdissect.app;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code netdissect basis}: other bases of a layer. */
@Command(
    name = "basis",
    description =
        "Other bases of a layer: fits directions to its activations, or checks that a network"
            + " answers the same in another basis. 'netdissect run --basis' dissects them.",
    mixinStandardHelpOptions = true,
    subcommands = {BasisFitCommand.class, BasisCheckCommand.class, CommandLine.HelpCommand.class})
final class BasisCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "a basis command is missing: fit or check");
  }
}
