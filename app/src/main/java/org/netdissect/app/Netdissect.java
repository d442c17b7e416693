package org.netdissect.app;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Text;
import org.netdissect.base.ToolVersion;
import org.netdissect.base.files.TypedPath;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code netdissect} command. Exit codes: 0 done, 1 failed, 2 wrong usage. */
@Command(
    name = "netdissect",
    description = "Tells which human concepts the hidden units of a vision network detect.",
    mixinStandardHelpOptions = true,
    versionProvider = Netdissect.Version.class)
public final class Netdissect implements Runnable {
  private static final List<Class<?>> COMMANDS =
      List.of(
          RunCommand.class,
          LayersCommand.class,
          CheckCommand.class,
          BasisCommand.class,
          ConvertModelCommand.class,
          ShowCommand.class,
          ReportCommand.class,
          TrustCommand.class,
          ProbeCommand.class,
          MeasuresCommand.class,
          RateCommand.class,
          RandomizeCommand.class,
          FormulasCommand.class,
          CompareCommand.class,
          FigureCommand.class,
          ExportCommand.class,
          ImportCommand.class,
          DataCommand.class,
          WorldCommand.class,
          TrainCommand.class,
          StudyCommand.class,
          DemoCommand.class,
          SelftestCommand.class);

  /** Commands that speak of all others. */
  private static final List<Class<?>> ABOUT_ALL =
      List.of(CommandLine.HelpCommand.class, AutoComplete.GenerateCompletion.class);

  @Spec private CommandSpec spec;

  /** Runs the command and ends the process. */
  public static void main(String[] arguments) {
    Interruption.handle();
    int exit = execute(arguments);
    if (exit == 0) {
      ClassArchive.renew();
    }
    System.exit(exit);
  }

  /** The command with all others below it, as the manual shows them. */
  static CommandLine line() {
    CommandLine line = new CommandLine(new Netdissect());
    COMMANDS.forEach(line::addSubcommand);
    return line;
  }

  static int execute(String... words) {
    String[] arguments = ofGroup(words);
    CommandLine line = new CommandLine(new Netdissect());
    commands(arguments).forEach(line::addSubcommand);
    try {
      Defaults defaults = Defaults.read();
      line.setDefaultValueProvider(defaults);
      line.getSubcommands().values().forEach(command -> defaults.check(command.getCommandSpec()));
      defaults.check(line.getCommandSpec());
      help(line, defaults);
    } catch (UsageException e) {
      line.getErr().println("netdissect: " + Text.terminal(Objects.toString(e.getMessage())));
      return CommandLine.ExitCode.USAGE;
    }
    line.setCaseInsensitiveEnumValuesAllowed(false);
    line.setUsageHelpAutoWidth(true);
    line.registerConverter(Path.class, Netdissect::path);
    line.setParameterExceptionHandler(
        (failure, given) -> {
          PrintWriter err = failure.getCommandLine().getErr();
          err.println("netdissect: " + Text.terminal(wrong(failure)));
          CommandLine.UnmatchedArgumentException.printSuggestions(failure, err);
          err.println(
              "Try '" + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
          return CommandLine.ExitCode.USAGE;
        });
    line.setExecutionExceptionHandler(
        (failure, command, parsed) ->
            Failures.report(
                failure,
                command.getErr(),
                command.getParseResult() != null
                    && command.getParseResult().hasMatchedOption("--verbose"),
                writing(command.getParseResult())));
    int code;
    try {
      code = line.execute(arguments);
    } catch (Error failure) {
      // Those that picocli lets through, such as running out of memory.
      code = Failures.report(failure, line.getErr(), List.of(arguments).contains("--verbose"));
    }
    if (Output.failed()) {
      Output.note(
          "netdissect: what was to be printed could not be written to standard output: is the disk"
              + " full, or has its reader ended?");
      return code == CommandLine.ExitCode.OK ? 1 : code;
    }
    return code;
  }

  /** What is wrong with the words; an address is no option that nobody knows. */
  private static String wrong(CommandLine.ParameterException failure) {
    if (failure instanceof CommandLine.UnmatchedArgumentException unmatched) {
      for (String word : unmatched.getUnmatched()) {
        try {
          if (word.contains("://")) {
            path(word);
          }
        } catch (CommandLine.TypeConversionException e) {
          return Objects.toString(e.getMessage());
        }
      }
    }
    return Objects.toString(failure.getMessage());
  }

  /** Where a command writes: --out, or the folder of a result; null when it is not told. */
  private static @Nullable String writing(CommandLine.@Nullable ParseResult given) {
    if (given == null) {
      return null;
    }
    if (given.hasMatchedOption("--out")) {
      return given.matchedOption("--out").getValue().toString();
    }
    return given.matchedPositionals().stream()
        .filter(one -> one.getValue() instanceof Path)
        .map(one -> one.getValue().toString())
        .findFirst()
        .orElse(null);
  }

  /** A command with its options, from the words that someone else gave; it is not run. */
  static <T> T parsed(List<String> words, String name, Class<T> command) {
    CommandLine line = new CommandLine(new Netdissect());
    line.addSubcommand(command);
    line.setDefaultValueProvider(Defaults.read());
    line.registerConverter(Path.class, Netdissect::path);
    List<String> own = words.subList(Math.max(0, words.indexOf(name)), words.size());
    CommandLine.ParseResult parsed = line.parseArgs(own.toArray(String[]::new));
    return command.cast(parsed.subcommand().commandSpec().userObject());
  }

  /** Adds examples and the file of defaults to what --help prints. */
  private static void help(CommandLine command, Defaults defaults) {
    CommandLine.Model.CommandSpec spec = command.getCommandSpec();
    List<String> footer = new ArrayList<>(Examples.of(spec.qualifiedName()));
    footer.add("");
    footer.add(
        defaults.file() == null
            ? "Defaults of options can be set in ~/.config/netdissect/netdissect.properties."
            : "Defaults of options were read from "
                + Text.terminal(defaults.file().toString())
                + ".");
    spec.usageMessage()
        .footer(footer.stream().map(l -> l.replace("%", "%%")).toArray(String[]::new));
    command.getSubcommands().values().forEach(own -> help(own, defaults));
  }

  /** What is asked of a command within a group, {@code help basis fit}, is asked of the group. */
  private static String[] ofGroup(String... arguments) {
    boolean isOfGroup =
        arguments.length > 2
            && arguments[0].equals("help")
            && COMMANDS.stream()
                .map(command -> command.getAnnotation(Command.class))
                .anyMatch(c -> c.name().equals(arguments[1]) && c.subcommands().length > 0);
    if (!isOfGroup) {
      return arguments;
    }
    String[] asked = arguments.clone();
    asked[0] = arguments[1];
    asked[1] = arguments[0];
    return asked;
  }

  static Path path(String text) {
    try {
      if (!text.isBlank()) {
        return withoutDetour(TypedPath.of(text));
      }
    } catch (InvalidPathException e) {
      throw new CommandLine.TypeConversionException(
          "'" + e.getInput() + "' is no path: " + e.getReason());
    }
    throw new CommandLine.TypeConversionException("the path is empty");
  }

  /**
   * The path itself; where it leads over a folder that is not there and back ("new/../out"),
   * without that, so that the folder is not made on the way.
   */
  private static Path withoutDetour(Path path) {
    for (int names = 1; names <= path.getNameCount(); names++) {
      if (path.getName(names - 1).toString().equals("..")) {
        Path back = path.subpath(0, names);
        Path root = path.getRoot();
        if (!Files.exists(root == null ? back : root.resolve(back))) {
          return path.normalize();
        }
      }
    }
    return path;
  }

  /** The one command asked for, since reading how each is declared takes a while; else all. */
  private static List<Class<?>> commands(String... arguments) {
    for (Class<?> command : COMMANDS) {
      if (arguments.length > 0
          && arguments[0].equals(command.getAnnotation(Command.class).name())) {
        return List.of(command);
      }
    }
    List<Class<?>> all = new ArrayList<>(COMMANDS);
    all.addAll(ABOUT_ALL);
    return all;
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
  }

  /** Asks the packaged code for its version. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {ToolVersion.get()};
    }
  }
}
