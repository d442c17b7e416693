package org.netdissect.datasets.folders;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.concepts.VocabularyBuilder;
import org.netdissect.datasets.reading.LabelTable;
import org.netdissect.datasets.reading.TextLines;

/** Tables of other tools that say which colour of a mask means what. */
final class ColourTables {
  private ColourTables() {}

  /**
   * CVAT's labelmap.txt: {@code label:color_rgb:parts:actions}, colours as "r,g,b". A label without
   * a colour has that of its place in VOC's colour map.
   */
  static LabelTable labelmap(Path file, String category, VocabularyBuilder vocabulary)
      throws DataException {
    Map<Integer, String> names = new LinkedHashMap<>();
    int number = 0;
    int place = 0;
    for (String line : TextLines.of(file)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] cells = line.split(":", -1);
      String colour = cells.length < 2 ? "" : cells[cells.length > 3 ? cells.length - 3 : 1];
      String name = line.substring(0, line.indexOf(':') < 0 ? line.length() : nameEnd(cells));
      int rgb = colour.isBlank() ? vocColour(place) : rgb(colour);
      if (rgb < 0) {
        throw DataException.at(file, number, Text.quoted(colour) + " is no colour like 250,50,83");
      }
      if (names.putIfAbsent(rgb, name.strip()) != null) {
        throw DataException.at(
            file, number, "the colour " + Text.quoted(colour) + " stands for two labels");
      }
      place++;
    }
    return checked(LabelTable.coloured(names, category, vocabulary), file);
  }

  /** CamVid's label_colors.txt: {@code R G B<tab>name}; "Void" and the like mean nothing. */
  static LabelTable labelColors(Path file, String category, VocabularyBuilder vocabulary)
      throws DataException {
    Map<Integer, String> names = new LinkedHashMap<>();
    int number = 0;
    for (String line : TextLines.of(file)) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      String[] cells = line.strip().split("\\s+", 4);
      int rgb = cells.length < 4 ? -1 : rgb(String.join(",", cells[0], cells[1], cells[2]));
      if (rgb < 0) {
        throw DataException.at(file, number, "not a line \"R G B name\"");
      }
      if (names.putIfAbsent(rgb, cells[3]) != null) {
        throw DataException.at(file, number, "the colour stands for two labels");
      }
    }
    return checked(LabelTable.coloured(names, category, vocabulary), file);
  }

  private static LabelTable checked(LabelTable table, Path file) throws DataException {
    if (table.categories() == 0) {
      throw new DataException(Text.oneLine(file.toString()) + " names no label");
    }
    return table;
  }

  /** A name may hold colons; three further cells follow it. */
  private static int nameEnd(String[] cells) {
    int end = cells[0].length();
    for (int i = 1; i < cells.length - 3; i++) {
      end += 1 + cells[i].length();
    }
    return end;
  }

  private static int rgb(String text) {
    String[] parts = text.split(",", -1);
    int rgb = 0;
    for (String part : parts) {
      String digits = part.strip();
      if (!Text.isAllDigits(digits) || digits.length() > 3 || Integer.parseInt(digits) > 255) {
        return -1;
      }
      rgb = rgb << 8 | Integer.parseInt(digits);
    }
    return parts.length == 3 ? rgb : -1;
  }

  /** The colour of a value in the palette of VOC's masks: its bits, spread over the channels. */
  static int vocColour(int value) {
    int rgb = 0;
    for (int bit = 0; bit < 8; bit++) {
      int three = value >> (3 * bit);
      for (int channel = 0; channel < 3; channel++) {
        rgb |= ((three >> channel) & 1) << (7 - bit) << (16 - 8 * channel);
      }
    }
    return rgb;
  }
}
