package org.netdissect.lab.study;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;

/** The files that a path names, which may be a pattern with * and ** in it. */
final class ModelFiles extends SimpleFileVisitor<Path> {
  /** Files and folders that are looked at for one pattern. */
  private static final int MOST = 200_000;

  private static final int DEEPEST = 20;
  private static final String PATTERN = ".*[*?\\[{].*";

  private final Yaml at;
  private final Path root;
  private final PathMatcher matcher;
  private final List<Path> found = new ArrayList<>();
  private int seen;

  private ModelFiles(Yaml at, Path root, PathMatcher matcher) {
    this.at = at;
    this.root = root;
    this.matcher = matcher;
  }

  /**
   * Finds them.
   *
   * @param folder from which relative paths go
   * @return by name; none where there are none
   * @throws DataException that names the line, if it is no path or pattern, or too much lies there
   */
  static List<Path> of(Yaml at, Path folder) throws IOException {
    String text = at.text();
    if (text.indexOf('\0') >= 0) {
      throw at.wrong(Text.quoted(text) + " is no path");
    }
    // A name may hold brackets and be meant as it is.
    if (!text.matches(PATTERN) || isFile(folder, text)) {
      Path one = at.as(path -> folder.resolve(path).normalize());
      return Files.isRegularFile(one) ? List.of(one) : List.of();
    }
    Path base = folder;
    String pattern = text.replace('\\', '/');
    while (pattern.indexOf('/') >= 0
        && !pattern.substring(0, pattern.indexOf('/')).matches(PATTERN)) {
      String first = pattern.substring(0, pattern.indexOf('/'));
      base = first.isEmpty() ? Path.of("/") : base.resolve(first).normalize();
      pattern = pattern.substring(pattern.indexOf('/') + 1);
    }
    if (!Files.isDirectory(base)) {
      return List.of();
    }
    PathMatcher matcher;
    try {
      matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    } catch (IllegalArgumentException e) {
      throw at.wrong("no pattern: " + Text.oneLine(String.valueOf(e.getMessage())));
    }
    int depth =
        pattern.contains("**") ? DEEPEST : (int) pattern.chars().filter(c -> c == '/').count() + 1;
    ModelFiles files = new ModelFiles(at, base, matcher);
    Files.walkFileTree(base, Set.of(FileVisitOption.FOLLOW_LINKS), depth, files);
    Collections.sort(files.found);
    return files.found;
  }

  private static boolean isFile(Path folder, String text) {
    try {
      return Files.isRegularFile(folder.resolve(text));
    } catch (InvalidPathException e) {
      return false; // a pattern is no path everywhere
    }
  }

  @Override
  public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
      throws DataException {
    count();
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws DataException {
    count();
    if (attributes.isRegularFile() && matcher.matches(root.relativize(path))) {
      found.add(path);
    }
    return FileVisitResult.CONTINUE;
  }

  private void count() throws DataException {
    if (++seen > MOST) {
      throw at.wrong(
          "more than "
              + MOST
              + " files lie under "
              + Text.oneLine(root.toString())
              + "; a narrower pattern is wanted");
    }
  }

  @Override
  public FileVisitResult visitFileFailed(Path path, IOException failure) throws DataException {
    if (failure instanceof FileSystemLoopException) {
      // A link to a folder above, which is looked at already.
      return FileVisitResult.CONTINUE;
    }
    throw at.wrong(
        Text.oneLine(path.toString())
            + (failure instanceof AccessDeniedException ? ": no permission" : " cannot be read"));
  }
}
