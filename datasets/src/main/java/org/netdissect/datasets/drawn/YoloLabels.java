package org.netdissect.datasets.drawn;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.datasets.reading.TextLines;
import org.netdissect.datasets.reading.UnlistedLabelException;

/** A text of YOLO's: a line an object, its class and then numbers in shares of the photograph. */
final class YoloLabels {
  private static final int HEAD = 4096;

  /** Beyond the photograph by as much, and the numbers are no shares. */
  private static final double FAR = 1;

  private YoloLabels() {}

  /** What a text is, by its first line. */
  enum Kind {
    EMPTY,
    LABELS,
    OTHER
  }

  /** Objects of a text. */
  record Count(long boxes, long all) {}

  static Kind look(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(HEAD), StandardCharsets.UTF_8);
      if (head.isBlank()) {
        return Kind.EMPTY;
      }
      String first = head.strip().lines().findFirst().orElse("");
      String[] words = first.split("\\s+", -1);
      boolean cut = head.strip().length() == first.length() && head.length() >= HEAD - 4;
      if (words.length < 5 || !words[0].matches("[0-9]{1,6}(\\.0*)?")) {
        return Kind.OTHER;
      }
      for (int i = 1; i < words.length - (cut ? 1 : 0); i++) {
        if (!isNumber(words[i])) {
          return Kind.OTHER;
        }
      }
      return Kind.LABELS;
    } catch (IOException e) {
      return Kind.OTHER;
    }
  }

  private static boolean isNumber(String word) {
    return word.length() < 40 && word.matches("-?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]{1,3})?");
  }

  /** Counts the objects; of a text that cannot be read, none. */
  static Count count(Path file, YoloNames names) {
    try {
      List<Drawn.Labelled> all = read(file, names, 1, 1);
      return new Count(all.stream().filter(one -> one.shape().isBox()).count(), all.size());
    } catch (DataException e) {
      return new Count(0, 0); // told when the image is read
    }
  }

  /**
   * Reads the objects.
   *
   * @param height of the photograph, pixels
   * @param width of the photograph, pixels
   */
  static List<Drawn.Labelled> read(Path file, YoloNames names, int height, int width)
      throws DataException {
    List<Drawn.Labelled> shapes = new ArrayList<>();
    int number = 0;
    for (String line : TextLines.of(file)) {
      number++;
      if (!line.isBlank()) {
        shapes.add(shape(file, number, line.strip().split("\\s+", -1), names, height, width));
      }
    }
    return shapes;
  }

  private static Drawn.Labelled shape(
      Path file, int line, String[] words, YoloNames names, int height, int width)
      throws DataException {
    String written = words[0].replaceFirst("\\.0*$", "");
    String name =
        Text.isAllDigits(written) && written.length() < 7
            ? names.byNumber().get(Integer.valueOf(written))
            : null;
    if (name == null) {
      String missing = "class " + Text.quoted(words[0]);
      String table = Text.oneLine(String.valueOf(names.file().getFileName()));
      throw new UnlistedLabelException(
          DataException.at(file, line, missing + " is not in " + table).getMessage(),
          List.of(missing));
    }
    double[] numbers = new double[words.length - 1];
    for (int i = 0; i < numbers.length; i++) {
      if (!isNumber(words[i + 1])) {
        throw DataException.at(file, line, Text.quoted(words[i + 1]) + " is no number");
      }
      numbers[i] = Double.parseDouble(words[i + 1]);
    }
    boolean box =
        numbers.length == 4 || numbers.length == 5; // the fifth says how sure a network is
    boolean pose = names.keypoints() > 0 && numbers.length == 4 + names.keypoints();
    if (!box && !pose && (numbers.length < 6 || numbers.length % 2 != 0)) {
      throw DataException.at(
          file, line, numbers.length + " numbers after the class: neither a box nor a polygon");
    }
    for (int i = 0; i < (box || pose ? 4 : numbers.length); i++) {
      if (!(Math.abs(numbers[i] - 0.5) <= 0.5 + FAR)) {
        throw DataException.at(
            file,
            line,
            numbers[i] + " is no share of the photograph; YOLO's numbers go from 0 to 1");
      }
    }
    if (box || pose) {
      double w = numbers[2] * width;
      double h = numbers[3] * height;
      return new Drawn.Labelled(
          name, new Drawn.Box(numbers[0] * width - w / 2, numbers[1] * height - h / 2, w, h));
    }
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] *= i % 2 == 0 ? width : height;
    }
    return new Drawn.Labelled(name, new Drawn.Polygon(numbers));
  }
}
