package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.netdissect.base.DataException;
import org.netdissect.base.tables.CsvTable;
import org.netdissect.base.tables.Problems;
import org.netdissect.pictures.UnreadableImageException;

/**
 * OpenSurfaces as its own script prepares it: photographs, and PNG files with materials in red. Of
 * its labels Broden takes materials alone.
 */
final class OpenSurfaces implements BrodenSource {
  private static final int BYTE = 255;

  private final Path folder;
  private final Path materialTable;
  private final Path photoTable;
  private final SortedMap<Integer, String> materials = new TreeMap<>();
  private final List<Integer> photos = new ArrayList<>();

  /**
   * Reads the tables.
   *
   * @param problems takes rows that cannot be read
   */
  OpenSurfaces(Path folder, Problems problems) throws IOException {
    this.folder = folder;
    this.materialTable = folder.resolve("label-substance-colors.csv");
    this.photoTable = folder.resolve(SourceFolders.OPENSURFACES_TABLE);
    try (CsvTable table = CsvTable.open(materialTable, "substance_name", "red_color")) {
      table.forEach(
          Problems.STOP,
          row -> {
            int red = row.integer("red_color", 1, BYTE);
            String name = row.get("substance_name");
            String before = materials.put(red, name);
            if (before != null && !before.equals(name)) {
              throw DataException.at(materialTable, row.line(), "a second name for red " + red);
            }
          });
    }
    if (materials.isEmpty()) {
      throw new DataException(materialTable + " names no material");
    }
    try (CsvTable table = CsvTable.open(photoTable, "photo_id")) {
      Repeats repeats = new Repeats(photoTable, "line");
      table.forEach(
          problems,
          row -> {
            int photo = row.integer("photo_id", 0, Integer.MAX_VALUE);
            repeats.check(named(photo), row.line());
            photos.add(photo);
          });
    }
  }

  @Override
  public String name() {
    return "opensurfaces";
  }

  @Override
  public String title() {
    return "OpenSurfaces";
  }

  @Override
  public List<Path> tables() {
    return List.of(materialTable, photoTable);
  }

  @Override
  public Path list() {
    return photoTable;
  }

  @Override
  public int size() {
    return photos.size();
  }

  @Override
  public String file(int image) {
    return named(photos.get(image));
  }

  private static String named(int photo) {
    return photo + ".jpg";
  }

  @Override
  public Path photograph(int image) {
    return folder.resolve("photos").resolve(file(image));
  }

  private Path labelFile(int image) {
    return folder.resolve("photos-labels").resolve(photos.get(image) + ".png");
  }

  @Override
  public List<Path> labelFiles(int image) {
    return List.of(labelFile(image));
  }

  @Override
  public List<String> names(Kind kind, int code) {
    return Arrays.stream(materials.getOrDefault(code, LabelNames.NONE).split("/", -1))
        .map(name -> name.replace(" - ", "-").strip().toLowerCase(Locale.ROOT))
        .toList();
  }

  @Override
  public boolean isListed(Kind kind, int code) {
    return materials.containsKey(code);
  }

  /** Its script makes all maps equally high, whatever the photographs are. */
  @Override
  public boolean isScaled() {
    return true;
  }

  @Override
  public List<KindLabels> labels(int image) throws UnreadableImageException {
    Path file = labelFile(image);
    CodeMap map = CodedPng.read(file, (red, green) -> red);
    return List.of(
        KindLabels.map(
            Kind.MATERIAL,
            CodedPng.check(map, materials.lastKey(), file, "label-substance-colors.csv")));
  }
}
