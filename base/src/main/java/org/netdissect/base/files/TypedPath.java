package org.netdissect.base.files;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Files and folders by the names that people type. A relative name is meant from the folder in
 * which the command was given, which for a process of a cluster is not its own: its environment
 * tells.
 */
public final class TypedPath {
  /** Environment variable with the folder in which the command was given, if it is another. */
  public static final String FOLDER = "NETDISSECT_FOLDER";

  /** More than a letter, which would be a drive. */
  private static final Pattern ADDRESS =
      Pattern.compile("(file(?=:/)|[a-z][a-z0-9+.-]+(?=://))", Pattern.CASE_INSENSITIVE);

  private TypedPath() {}

  /**
   * What is meant by a name, which may be an address {@code file:/…}.
   *
   * @throws InvalidPathException if it is no path, or an address of another kind
   */
  public static Path of(String name) {
    Matcher address = ADDRESS.matcher(name);
    if (!address.lookingAt()) {
      return from(System.getenv(FOLDER), Path.of(name));
    }
    if (!address.group(1).equalsIgnoreCase("file")) {
      throw new InvalidPathException(
          name,
          "netdissect reads and writes folders; mount what "
              + address.group(1)
              + ": reaches, under one name on all machines");
    }
    try {
      return Path.of(new URI(name));
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new InvalidPathException(name, Objects.toString(e.getMessage(), "not an address"));
    }
  }

  /** What is not there is left as it was typed: it may be a name of something else. */
  static Path from(@Nullable String folder, Path typed) {
    if (folder == null || typed.isAbsolute()) {
      return typed;
    }
    Path there = Path.of(folder).resolve(typed);
    return Files.exists(there) ? there : typed;
  }
}
