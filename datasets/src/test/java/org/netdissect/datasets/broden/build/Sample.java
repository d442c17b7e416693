package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.base.Shared;

/** The small sources, and builds of them. */
final class Sample {
  private Sample() {}

  static Path shared(String name) {
    return Shared.path("data/broden-sources").resolve(name);
  }

  static BrodenSources sources(Path at) {
    return new BrodenSources(
        at.resolve("ade20k"),
        at.resolve("dtd"),
        at.resolve("opensurfaces"),
        List.of(at.resolve("pascal")));
  }

  static BrodenBuild.Options options(int size, boolean compat, int images, double coverage) {
    return new BrodenBuild.Options(
        size, compat, images, coverage, Shared.path("oracles/official/w2color.npy"), 2, false);
  }

  static BrodenBuild.Result build(Path out, BrodenBuild.Options options) throws IOException {
    return BrodenBuild.build(sources(shared("sources")), out, options, Progress.NONE);
  }

  /** A copy of the sources to spoil. */
  static Path copy(Path to) throws IOException {
    Path from = shared("sources");
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        copy.toFile().setWritable(true);
      }
    }
    return to;
  }

  /** SHA-256 of every file below a folder, by name. */
  static SortedMap<String, String> digests(Path folder) throws IOException {
    SortedMap<String, String> digests = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .filter(Files::isRegularFile)
          .forEach(
              file -> {
                try {
                  digests.put(folder.relativize(file).toString(), Digests.sha256Hex(file));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
    return digests;
  }
}
