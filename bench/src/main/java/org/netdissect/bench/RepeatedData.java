package org.netdissect.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A folder in Broden's format that holds another one several times over, each time under other
 * names; by links, so that nothing is copied and yet every file is opened and decoded.
 */
final class RepeatedData {
  private RepeatedData() {}

  /**
   * Makes the folder unless it is there.
   *
   * @param times how often each image stands in it
   * @return the folder
   */
  static Path of(Path data, int times, Path parent) throws IOException {
    Path folder = parent.resolve(data.getFileName() + "-x" + times);
    Path index = folder.resolve("index.csv");
    if (Files.exists(index)) {
      return folder;
    }
    Files.createDirectories(folder.resolve("images"));
    try (Stream<Path> files = Files.list(data)) {
      for (Path file : files.filter(name -> name.toString().endsWith(".csv")).toList()) {
        if (!file.endsWith("index.csv")) {
          link(folder.resolve(file.getFileName()), file);
        }
      }
    }
    List<String> rows = Files.readAllLines(data.resolve("index.csv"));
    List<String> header = List.of(rows.get(0).split(","));
    List<String> written = new ArrayList<>();
    written.add(rows.get(0));
    for (int t = 0; t < times; t++) {
      String prefix = "r" + t + "/";
      link(folder.resolve("images").resolve("r" + t), data.resolve("images"));
      for (String row : rows.subList(1, rows.size())) {
        String[] cells = row.split(",", -1);
        for (int c = 0; c < cells.length; c++) {
          if (header.get(c).equals("image") || c >= 6) {
            cells[c] =
                Stream.of(cells[c].split(";", -1))
                    .map(entry -> entry.matches("\\d*") ? entry : prefix + entry)
                    .collect(Collectors.joining(";"));
          }
        }
        written.add(String.join(",", cells));
      }
    }
    Files.write(index, written);
    return folder;
  }

  private static void link(Path link, Path target) throws IOException {
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, target.toRealPath());
  }
}
