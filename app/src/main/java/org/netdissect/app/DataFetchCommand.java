package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.NetdissectException;
import org.netdissect.datasets.fetch.Fetch;
import org.netdissect.datasets.fetch.Fetchable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect data fetch}: a data set from the net. */
@Command(
    name = "fetch",
    description =
        "Downloads a data set and unpacks it; --list tells which there are, from where, and under"
            + " which terms. What broke off is gone on with when the command is repeated.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DataFetchCommand implements Callable<Integer> {
  @Parameters(arity = "0..1", paramLabel = "NAME", description = "The data set, as --list has it.")
  private @Nullable String name;

  @Option(names = "--list", description = "Tell what can be fetched.")
  private boolean list;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "A new folder for the data set. Default: in the user's data folder, where 'netdissect run"
              + " --data NAME' finds it.")
  private @Nullable Path out;

  @Option(
      names = "--mirror",
      paramLabel = "URL",
      description = "Another address of the archive, or of a folder that holds it, ending with /.")
  private @Nullable String mirror;

  @Option(
      names = "--sha256",
      paramLabel = "HEX",
      description = "SHA-256 that the archive must have. Default: the recorded one, if any.")
  private @Nullable String sha256;

  @Option(names = "--keep", description = "Keep the archive, beside the folder.")
  private boolean keep;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    if (list) {
      Output.print(table());
      return 0;
    }
    if (name == null) {
      throw new UsageException("name a data set; --list tells which there are");
    }
    Fetchable what = Fetchable.named(name);
    if (what == null) {
      throw new UsageException(
          "there is no '"
              + name
              + "' to fetch; did you mean "
              + Fetchable.near(name).get(0)
              + "? --list tells all there are");
    }
    if (sha256 != null && !sha256.matches("[0-9a-fA-F]{64}")) {
      throw new UsageException("--sha256 must be 64 hexadecimal digits");
    }
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    Path folder = out == null ? what.folder() : out;
    Interruption.resumable();
    boolean isNew = Fetch.of(what, folder, mirror, sha256, keep, progress).run();
    Output.line(what.name() + (isNew ? ": " : " is there already: ") + folder);
    Output.line("terms: " + what.licence());
    Output.line("next: " + next(what, folder));
    return 0;
  }

  /** What to do next, with the folder as a shell takes it. */
  private String next(Fetchable what, Path folder) {
    Path parent = folder.toAbsolutePath().getParent();
    // The three of PASCAL lie beside one another, unless they were put elsewhere.
    Path around = out != null || parent == null ? folder : parent;
    return what.next()
        .replace("{name}", out == null ? what.name() : Output.word(folder))
        .replace("{folder}", Output.word(folder))
        .replace("{around}", Output.word(around));
  }

  private static String table() throws NetdissectException {
    StringBuilder text = new StringBuilder();
    for (Fetchable one : Fetchable.ALL) {
      text.append(one.name());
      String damage = one.damage(one.folder());
      if (damage != null) {
        text.append("  (").append(damage).append(')');
      } else if (one.isIn(one.folder())) {
        text.append("  (is in ").append(one.folder()).append(')');
      }
      text.append('\n');
      line(
          text,
          "from",
          one.address() == null ? "registration at " + one.page() : one.address().toString());
      if (one.address() != null) {
        line(text, "page", one.page());
      }
      line(
          text,
          "size",
          one.bytes() < 0 ? "not known here" : "about " + DiskSpace.text(one.bytes()));
      line(
          text,
          "checked",
          one.sha256() != null ? "SHA-256" : one.md5() != null ? "MD5" : "no digest is known");
      line(text, "terms", one.licence());
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String what, String value) {
    text.append(String.format(Locale.ROOT, "  %-8s %s%n", what, value));
  }
}
