package org.netdissect.datasets.broden.build;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.netdissect.base.Numbers;
import org.netdissect.base.files.WholeFile;

/** The tables of labels, as the original writes them. What it leaves to chance is in order here. */
final class BrodenTables {
  private static final int SIGNIFICANT = 12;
  private static final int DECIMALS = 6;

  private final LabelNumbers numbers;

  /** What there is of each number from 1 on, by category. */
  private final List<Map<Kind, Extent>> extents = new ArrayList<>();

  /** In whole images, over all categories. */
  private final double[] coverage;

  BrodenTables(LabelNumbers numbers) {
    this.numbers = numbers;
    this.coverage = new double[numbers.count() + 1];
    for (int i = 0; i <= numbers.count(); i++) {
      extents.add(new EnumMap<>(Kind.class));
    }
    numbers
        .names()
        .extents()
        .forEach(
            (label, extent) -> {
              int number = numbers.number(label);
              coverage[number] += extent.coverage();
              extents.get(number).computeIfAbsent(label.kind(), kind -> new Extent()).add(extent);
            });
    extents.get(0).clear();
  }

  /** A table to write, CRLF at the ends of its lines. */
  static CsvWriter csv(Path file) throws IOException {
    return CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(file);
  }

  private int images(int number) {
    return extents.get(number).values().stream().mapToInt(Extent::images).sum();
  }

  /** With six decimals, as C rounds them. */
  private static String decimals(double value) {
    return new BigDecimal(value).setScale(DECIMALS, RoundingMode.HALF_EVEN).toPlainString();
  }

  /** With twelve significant digits, as Python 2 writes numbers. */
  static String significant(double value) {
    String text = Numbers.general(value, SIGNIFICANT);
    return text.contains(".") || text.contains("e") ? text : text + ".0";
  }

  /** Writes {@code label.csv}. */
  void writeLabels(Path folder) throws IOException {
    Map<Integer, SortedSet<String>> synonyms = new TreeMap<>();
    numbers
        .names()
        .claims()
        .forEach(
            (name, label) ->
                synonyms.computeIfAbsent(numbers.number(label), n -> new TreeSet<>()).add(name));
    try (CsvWriter out = csv(folder.resolve("label.csv"))) {
      out.writeRecord("number", "name", "category", "frequency", "coverage", "syns");
      for (int number = 1; number <= numbers.count(); number++) {
        String name = numbers.name(number);
        SortedSet<String> others = synonyms.getOrDefault(number, new TreeSet<>());
        others.remove(name);
        out.writeRecord(
            Integer.toString(number),
            name,
            extents.get(number).entrySet().stream()
                .sorted(Comparator.comparingInt(entry -> -entry.getValue().images()))
                .map(entry -> entry.getKey().title() + "(" + entry.getValue().images() + ")")
                .collect(Collectors.joining(";")),
            Integer.toString(images(number)),
            decimals(coverage[number]),
            String.join(";", others));
      }
    }
  }

  /** Writes {@code category.csv} and a table for each category; tells the categories in order. */
  List<Kind> writeCategories(Path folder) throws IOException {
    Map<Kind, List<Integer>> members = new EnumMap<>(Kind.class);
    for (int number = 1; number <= numbers.count(); number++) {
      for (Kind kind : extents.get(number).keySet()) {
        members.computeIfAbsent(kind, k -> new ArrayList<>()).add(number);
      }
    }
    List<Kind> kinds = new ArrayList<>(members.keySet());
    kinds.sort(Comparator.comparing(kind -> of(members, kind).get(0)));
    try (CsvWriter out = csv(folder.resolve("category.csv"))) {
      out.writeRecord("name", "first", "last", "count", "frequency");
      for (Kind kind : kinds) {
        List<Integer> all = of(members, kind);
        out.writeRecord(
            kind.title(),
            all.get(0).toString(),
            all.get(all.size() - 1).toString(),
            Integer.toString(all.size()),
            Integer.toString(all.stream().mapToInt(n -> extent(n, kind).images()).sum()));
      }
    }
    for (Kind kind : Kind.values()) {
      if (kinds.contains(kind)) {
        writeCategory(folder, kind, of(members, kind));
      } else {
        Files.deleteIfExists(table(folder, kind)); // of a command that was stopped
      }
    }
    return kinds;
  }

  private static Path table(Path folder, Kind kind) {
    return folder.resolve("c_" + kind.title() + ".csv");
  }

  private static List<Integer> of(Map<Kind, List<Integer>> members, Kind kind) {
    return members.getOrDefault(kind, List.of());
  }

  private Extent extent(int number, Kind kind) {
    return extents.get(number).getOrDefault(kind, new Extent());
  }

  private void writeCategory(Path folder, Kind kind, List<Integer> members) throws IOException {
    List<Integer> order = new ArrayList<>(members);
    order.sort(
        Comparator.<Integer>comparingInt(number -> -extent(number, kind).images())
            .thenComparingDouble(number -> -extent(number, kind).coverage()));
    try (CsvWriter out = csv(table(folder, kind))) {
      out.writeRecord("code", "number", "name", "frequency", "coverage");
      int code = 0;
      for (int number : order) {
        Extent extent = extent(number, kind);
        out.writeRecord(
            Integer.toString(++code),
            Integer.toString(number),
            numbers.name(number),
            Integer.toString(extent.images()),
            significant(extent.coverage()));
      }
    }
  }

  /** What the sources call a label. */
  interface SourceNames {
    List<String> of(SourceLabel label);
  }

  /** Writes {@code syns.txt}: which labels of the sources each name stands for. */
  void writeSynonyms(Path folder, SourceNames names) throws IOException {
    Map<String, List<SourceLabel>> members = numbers.names().members();
    List<String> order = new ArrayList<>(members.keySet());
    order.sort(Comparator.comparingInt(name -> -members.getOrDefault(name, List.of()).size()));
    StringBuilder text = new StringBuilder();
    for (String name : order) {
      text.append("name: ").append(name).append('\n');
      for (SourceLabel label : members.getOrDefault(name, List.of())) {
        text.append(label)
            .append(": ")
            .append(images(label))
            .append(", (")
            .append(String.join(";", names.of(label)))
            .append(")\n");
      }
      text.append('\n');
    }
    WholeFile.text(folder.resolve("syns.txt"), text);
  }

  private int images(SourceLabel label) {
    Extent extent = numbers.names().extents().get(label);
    return extent == null ? 0 : extent.images();
  }
}
