package org.netdissect.base.files;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.ServiceLoader;
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
   * What is meant by a name, which may be an address: {@code file:/…}, or of another kind if this
   * copy knows it ({@link AddressedPaths}). A path's text, typed, means that path.
   *
   * @throws InvalidPathException if it is no path, or an address of a kind that is not known here
   */
  public static Path of(String name) {
    Matcher address = ADDRESS.matcher(name);
    if (!address.lookingAt()) {
      return from(System.getenv(FOLDER), Path.of(name));
    }
    if (!address.group(1).equalsIgnoreCase("file")) {
      return ServiceLoader.load(AddressedPaths.class, TypedPath.class.getClassLoader())
          .findFirst()
          .orElseThrow(
              () ->
                  new InvalidPathException(
                      name,
                      "what "
                          + address.group(1)
                          + ": reaches, the cluster's command reads and writes (docs/cluster.md);"
                          + " this one needs folders"))
          .of(name);
    }
    try {
      return Path.of(new URI(name));
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new InvalidPathException(name, Objects.toString(e.getMessage(), "not an address"));
    }
  }

  /**
   * Whether a path is of this machine, or mounted here: then the system maps and locks its files.
   */
  public static boolean isLocal(Path path) {
    return path.getFileSystem() == FileSystems.getDefault();
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
