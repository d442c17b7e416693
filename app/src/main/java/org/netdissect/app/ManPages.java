package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes a manual page for each command from what picocli knows of it, for {@code man}. The build
 * runs this into the distribution; picocli's own generator would need Asciidoctor and JRuby for the
 * last step.
 */
final class ManPages {
  private final Path folder;
  private final String version;
  private final List<String> pages = new ArrayList<>();

  private ManPages(Path folder, String version) {
    this.folder = folder;
    this.version = version;
  }

  /**
   * Writes them.
   *
   * @param arguments the folder, such as {@code share/man/man1}, and the version
   */
  public static void main(String[] arguments) throws IOException {
    write(Path.of(arguments[0]), arguments[1]);
  }

  /**
   * Writes them.
   *
   * @return their names
   */
  static List<String> write(Path folder, String version) throws IOException {
    Files.createDirectories(folder);
    ManPages pages = new ManPages(folder, version);
    pages.page(Netdissect.line());
    return List.copyOf(pages.pages);
  }

  private void page(CommandLine command) throws IOException {
    String name = command.getCommandSpec().qualifiedName("-");
    Files.writeString(folder.resolve(name + ".1"), text(command));
    pages.add(name);
    for (CommandLine below : Set.copyOf(command.getSubcommands().values())) {
      page(below);
    }
  }

  private String text(CommandLine command) {
    CommandSpec spec = command.getCommandSpec();
    StringBuilder out = new StringBuilder();
    String name = spec.qualifiedName("-");
    out.append(
        ".TH \"%s\" 1 \"\" \"%s\" \"netdissect manual\"\n"
            .formatted(name, escaped("netdissect " + version)));
    String description = joined(spec.usageMessage().description());
    int end = description.indexOf(". ");
    section(out, "NAME");
    String summary = end < 0 ? description : description.substring(0, end);
    out.append(escaped(name)).append(" \\- ").append(escaped(stripped(summary))).append('\n');
    section(out, "SYNOPSIS");
    out.append(".nf\n").append(escaped(command.getHelp().synopsis(0).strip())).append("\n.fi\n");
    section(out, "DESCRIPTION");
    out.append(line(description));
    arguments(out, spec);
    options(out, spec);
    commands(out, command);
    footer(out, spec);
    section(out, "EXIT STATUS");
    out.append(line("0 done, 1 failed, 2 wrong usage, 130 interrupted."));
    seeAlso(out, spec);
    return out.toString();
  }

  private static void section(StringBuilder out, String title) {
    out.append(".SH ").append(title).append('\n');
  }

  private static void arguments(StringBuilder out, CommandSpec spec) {
    List<PositionalParamSpec> shown =
        spec.positionalParameters().stream().filter(one -> !one.hidden()).toList();
    if (!shown.isEmpty()) {
      section(out, "ARGUMENTS");
    }
    for (PositionalParamSpec one : shown) {
      entry(out, "\\fI" + escaped(one.paramLabel()) + "\\fR", one);
    }
  }

  private static void options(StringBuilder out, CommandSpec spec) {
    List<OptionSpec> shown = spec.options().stream().filter(one -> !one.hidden()).toList();
    if (!shown.isEmpty()) {
      section(out, "OPTIONS");
    }
    for (OptionSpec one : shown) {
      String names =
          String.join(
              ", ", Arrays.stream(one.names()).map(n -> "\\fB" + escaped(n) + "\\fR").toList());
      boolean takesValue = one.arity().max() > 0;
      entry(out, names + (takesValue ? "=\\fI" + escaped(one.paramLabel()) + "\\fR" : ""), one);
    }
  }

  private static void entry(StringBuilder out, String term, ArgSpec about) {
    out.append(".TP\n").append(term).append('\n').append(line(joined(about.description())));
  }

  private static void commands(StringBuilder out, CommandLine command) {
    if (command.getSubcommands().isEmpty()) {
      return;
    }
    section(out, "COMMANDS");
    command
        .getSubcommands()
        .forEach(
            (name, below) ->
                out.append(".TP\n\\fB")
                    .append(escaped(name))
                    .append("\\fR\n")
                    .append(line(joined(below.getCommandSpec().usageMessage().description()))));
  }

  /** The examples, as they stand. */
  private static void footer(StringBuilder out, CommandSpec spec) {
    List<String> lines = Examples.of(spec.qualifiedName());
    if (!lines.isEmpty()) {
      section(out, "EXAMPLES");
      out.append(".nf\n");
      for (String one : lines) {
        if (!one.isBlank() && one.startsWith(" ")) {
          out.append(line(one.strip()));
        }
      }
      out.append(".fi\n");
    }
  }

  private static void seeAlso(StringBuilder out, CommandSpec spec) {
    if (spec.parent() != null) {
      section(out, "SEE ALSO");
      out.append("\\fB").append(escaped(spec.parent().qualifiedName("-"))).append("\\fR(1)\n");
    }
  }

  private static String joined(String[] paragraphs) {
    return String.join(" ", paragraphs).replace("%%", "%").replace("%n", " ");
  }

  private static String stripped(String sentence) {
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  /** A line of text that is none of roff's requests. */
  private static String line(String text) {
    String escaped = escaped(text);
    return (escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" : "") + escaped + "\n";
  }

  /** Text with what means something to roff written as itself. */
  private static String escaped(String text) {
    return text.replace("\\", "\\e").replace("-", "\\-").replaceAll("(?m)^(?=[.'])", "\\\\&");
  }
}
