package org.netdissect.app;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The user's own defaults of options: {@code $XDG_CONFIG_HOME/netdissect/netdissect.properties},
 * else {@code ~/.config/netdissect/netdissect.properties}. A line is {@code workers = 4} for the
 * option {@code --workers} of every command that has it, or {@code run.workers = 4} for one.
 *
 * <p>No file of the folder one stands in is read: what a command does would then depend on where
 * data came from.
 */
final class Defaults implements IDefaultValueProvider {
  private static final long LARGEST = 1 << 16;

  private final @Nullable Path file;
  private final Properties given;

  private Defaults(@Nullable Path file, Properties given) {
    this.file = file;
    this.given = given;
  }

  /** Reads the file, if there is one. */
  static Defaults read() {
    return of(System.getenv("XDG_CONFIG_HOME"), System.getProperty("user.home"));
  }

  static Defaults of(@Nullable String config, @Nullable String home) {
    Path folder = null;
    if (config != null && Path.of(config).isAbsolute()) {
      folder = Path.of(config);
    } else if (home != null && Path.of(home).isAbsolute()) {
      folder = Path.of(home, ".config");
    }
    Properties given = new Properties();
    Path file = folder == null ? null : folder.resolve("netdissect/netdissect.properties");
    if (file == null || !Files.isRegularFile(file)) {
      return new Defaults(null, given);
    }
    try {
      if (Files.size(file) > LARGEST) {
        throw new UsageException(file + " is too large for a file of defaults");
      }
      try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        given.load(reader);
      }
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException(file + " cannot be read: " + e.getMessage());
    }
    return new Defaults(file, given);
  }

  /** The file that was read; null if there is none. */
  @Nullable Path file() {
    return file;
  }

  /**
   * Refuses a line that names no option of its command.
   *
   * @param command one that is to run
   */
  void check(CommandSpec command) {
    for (String key : given.stringPropertyNames()) {
      String prefix = command.name() + ".";
      if (key.startsWith(prefix)
          && command.findOption("--" + key.substring(prefix.length())) == null) {
        throw new UsageException(
            file + ": '" + key + "' names no option of netdissect " + command.name());
      }
    }
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)) {
      return null;
    }
    String name = option.longestName().replaceFirst("^-+", "");
    String own = given.getProperty(option.command().name() + "." + name);
    return own != null ? own : given.getProperty(name);
  }
}
