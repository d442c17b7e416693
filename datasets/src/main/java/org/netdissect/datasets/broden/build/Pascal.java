package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.datasets.reading.TextLines;
import org.netdissect.pictures.UnreadableImageException;

/** VOC 2010 with the objects of PASCAL-Context and the parts of PASCAL-Part. */
final class Pascal implements BrodenSource {
  private static final String ENDING = ".mat";
  private static final int MOST_OBJECTS = 65_535;

  /** A map of labels has a few hundred pixels a side; as doubles that is 2 MB. */
  private static final long MAP_MEMORY = 1L << 25;

  /** Objects and parts have a mask each. */
  private static final long PARTS_MEMORY = 1L << 28;

  private final Places places;
  private final PartTable parts;
  private final List<@Nullable String> objects = new ArrayList<>();
  private final List<String> ids = new ArrayList<>();

  /**
   * Where the pieces lie.
   *
   * @param photographs folder
   * @param partFunction {@code part2ind.m}
   * @param partMaps folder
   * @param objectTable {@code labels.txt}
   * @param objectMaps folder
   */
  record Places(
      Path photographs, Path partFunction, Path partMaps, Path objectTable, Path objectMaps) {}

  /** Reads the tables and lists the images, which are those with parts annotated. */
  Pascal(Places places) throws IOException {
    this.places = places;
    this.parts = new PartTable(places.partFunction);
    readObjects();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(places.partMaps, "*" + ENDING)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (!name.startsWith(".")) { // what macOS leaves beside files
          ids.add(name.substring(0, name.length() - ENDING.length()));
        }
      }
    }
    Collections.sort(ids);
  }

  private void readObjects() throws DataException {
    int lineNumber = 0;
    for (String line : TextLines.of(places.objectTable)) {
      lineNumber++;
      if (line.isBlank()) {
        continue;
      }
      String[] cells = line.strip().split(": ", 2);
      if (cells.length < 2
          || !Text.isAllDigits(cells[0])
          || cells[0].length() > 5
          || Integer.parseInt(cells[0]) > MOST_OBJECTS) {
        throw DataException.at(places.objectTable, lineNumber, "not a line \"number: name\"");
      }
      int code = Integer.parseInt(cells[0]);
      while (objects.size() <= code) {
        objects.add(null);
      }
      if (objects.set(code, cells[1].equals("unknown") ? LabelNames.NONE : cells[1]) != null) {
        throw DataException.at(places.objectTable, lineNumber, "a second name for " + code);
      }
    }
    checkObjects();
  }

  /** The real table names all numbers; one that does not has lost some of its lines. */
  private void checkObjects() throws DataException {
    List<Integer> unnamed =
        IntStream.range(1, objects.size()).filter(i -> objects.get(i) == null).boxed().toList();
    if (objects.size() < 2) {
      throw new DataException(
          Text.oneLine(places.objectTable.toString()) + " names no object; fetch it again");
    }
    if (!unnamed.isEmpty()) {
      throw new DataException(
          Text.oneLine(places.objectTable.toString())
              + " names numbers up to "
              + (objects.size() - 1)
              + ", but not "
              + unnamed.get(0)
              + (unnamed.size() > 1 ? " and " + (unnamed.size() - 1) + " others" : "")
              + "; fetch it again");
    }
  }

  @Override
  public String name() {
    return "pascal";
  }

  @Override
  public String title() {
    return "VOC 2010 with PASCAL-Context and PASCAL-Part";
  }

  @Override
  public List<Path> tables() {
    return List.of(places.partFunction, places.objectTable);
  }

  @Override
  public Path list() {
    return places.partMaps;
  }

  @Override
  public int size() {
    return ids.size();
  }

  @Override
  public String file(int image) {
    return ids.get(image) + ".jpg";
  }

  @Override
  public Path photograph(int image) {
    return places.photographs.resolve(file(image));
  }

  @Override
  public List<Path> labelFiles(int image) {
    return List.of(objectFile(image));
  }

  private Path objectFile(int image) {
    return places.objectMaps.resolve(ids.get(image) + ENDING);
  }

  @Override
  public List<String> names(Kind kind, int code) {
    return switch (kind) {
      case OBJECT -> List.of(Objects.requireNonNull(objects.get(code)));
      case PART -> List.of(parts.name(code));
      default -> List.of();
    };
  }

  @Override
  public List<KindLabels> labels(int image) throws UnreadableImageException {
    Path file = objectFile(image);
    CodeMap map = MatlabValue.read(file, "LabelMap", Set.of(), MAP_MEMORY).codes();
    return List.of(
        KindLabels.map(Kind.OBJECT, CodedPng.check(map, objects.size() - 1, file, "labels.txt")),
        parts(places.partMaps.resolve(ids.get(image) + ENDING)));
  }

  /** All parts of all objects in one map, where later ones lie above earlier ones. */
  private KindLabels parts(Path file) throws UnreadableImageException {
    MatlabValue all = MatlabValue.read(file, "anno", Set.of(), PARTS_MEMORY).field("objects");
    if (all.size() == 0) {
      return KindLabels.whole(Kind.PART, List.of(0));
    }
    CodeMap painted = all.field(0, "mask").blank();
    for (int o = 0; o < all.size(); o++) {
      int object = all.field(o, "class_ind").number();
      MatlabValue its = all.field(o, "parts");
      for (int p = 0; p < its.size(); p++) {
        String shortName = its.field(p, "part_name").text();
        int code = parts.code(object, shortName);
        if (code == 0) {
          throw its.wrong(
              "has "
                  + Text.quoted(shortName)
                  + " of object "
                  + object
                  + ", which part2ind.m does not list");
        }
        its.field(p, "mask").paint(painted, code);
      }
    }
    return KindLabels.map(Kind.PART, painted);
  }
}
