package org.netdissect.datasets.drawn;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.JsonProblem;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.pictures.Png;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * A json file of labelme. It is read once for its labels and the size of its photograph, and again
 * for its shapes.
 *
 * @param imagePath what it says of where its photograph is; blank where it says nothing
 * @param height of the picture that was labelled, 0 where it is not stated
 * @param width of the picture that was labelled, 0 where it is not stated
 * @param labels names of its labels
 * @param boxes how many shapes are boxes
 * @param lines how many are lines or points
 * @param shapes how many there are
 * @param isLabelme false for json files of another kind
 * @param problem why it cannot be read, or null
 */
record LabelmeFile(
    Path file,
    String imagePath,
    int height,
    int width,
    Set<String> labels,
    int boxes,
    int lines,
    int shapes,
    boolean isLabelme,
    @Nullable String problem) {
  private static final int LONGEST_TEXT = 1 << 27; // the photograph itself may be in it
  private static final int MOST_POINTS = 1_000_000;
  private static final Set<String> BOXES = Set.of("rectangle", "oriented_rectangle");
  private static final Set<String> LINES = Set.of("line", "linestrip", "point", "points");
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(20)
                  .maxStringLength(LONGEST_TEXT)
                  .build())
          .build();

  /** What a shape says of itself. */
  private static final class Shape {
    String label = "";
    String type = "polygon";
    @Nullable String mask;
    final List<double[]> points = new ArrayList<>();
  }

  /** All that a file says. */
  private static final class Contents {
    boolean hasShapes;
    String imagePath = "";
    int height;
    int width;
    final List<Shape> shapes = new ArrayList<>();
  }

  /** Reads what is needed before the shapes; never fails. */
  static LabelmeFile of(Path file) {
    try {
      Contents all = read(file);
      Set<String> labels = new TreeSet<>();
      int boxes = 0;
      int lines = 0;
      for (Shape shape : all.shapes) {
        labels.add(shape.label);
        boxes += BOXES.contains(shape.type) ? 1 : 0;
        lines += LINES.contains(shape.type) ? 1 : 0;
      }
      return new LabelmeFile(
          file,
          all.imagePath,
          all.height,
          all.width,
          labels,
          boxes,
          lines,
          all.shapes.size(),
          all.hasShapes,
          null);
    } catch (DataException e) {
      return new LabelmeFile(file, "", 0, 0, Set.of(), 0, 0, 0, false, e.getMessage());
    }
  }

  /** Reads the shapes. */
  static List<Drawn.Labelled> shapes(Path file) throws DataException {
    List<Drawn.Labelled> drawn = new ArrayList<>();
    for (Shape shape : read(file).shapes) {
      drawn.add(new Drawn.Labelled(shape.label, drawn(shape)));
    }
    return drawn;
  }

  private static Drawn drawn(Shape shape) throws DataException {
    List<double[]> p = shape.points;
    if (LINES.contains(shape.type)) {
      return new Drawn.Nothing();
    }
    switch (shape.type) {
      case "polygon" -> {
        return new Drawn.Polygon(corners(p));
      }
      case "oriented_rectangle" -> {
        if (p.size() == 4) {
          return new Drawn.TurnedBox(corners(p));
        }
      }
      case "rectangle" -> {
        if (p.size() == 2 || p.size() == 4) {
          double[] far = p.get(p.size() / 2);
          return Drawn.Box.between(p.get(0)[0], p.get(0)[1], far[0], far[1]);
        }
      }
      case "circle" -> {
        if (p.size() == 2) {
          double r = Math.hypot(p.get(0)[0] - p.get(1)[0], p.get(0)[1] - p.get(1)[1]);
          return Drawn.ellipse(p.get(0)[0], p.get(0)[1], r, r, 0);
        }
      }
      case "mask" -> {
        if (p.size() == 2 && shape.mask != null) {
          return bitmap(shape.mask, p.get(0));
        }
      }
      default -> throw new DataException("a shape of the type " + Text.quoted(shape.type));
    }
    throw new DataException("a " + shape.type + " of " + p.size() + " points");
  }

  private static double[] corners(List<double[]> points) {
    return points.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  private static Drawn bitmap(String base64, double[] corner) throws DataException {
    byte[] file;
    try {
      file = Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new DataException("a mask that is no base64", e);
    }
    Png png = Png.decode(file, "a mask", Limits.PHOTO_PIXELS);
    int sample = png.bitDepth == 16 ? 2 : 1;
    BitSet bits = new BitSet(png.height * png.width);
    for (int i = 0; i < png.height * png.width; i++) {
      bits.set(i, png.samples[i * png.channels * sample] != 0);
    }
    return new Drawn.Bitmap(
        (int) Math.round(corner[0]), (int) Math.round(corner[1]), png.height, png.width, bits);
  }

  private static Contents read(Path file) throws DataException {
    String named = Text.oneLine(file.toString());
    Contents all = new Contents();
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > Limits.FILE_BYTES) {
        throw new DataException(named + " is no file, or too large for one photograph's labels");
      }
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
          JsonParser json = JSON.createParser(ObjectReadContext.empty(), in)) {
        if (json.nextToken() == JsonToken.START_OBJECT) {
          readTop(json, all);
          if (json.nextToken() != null) {
            throw new DataException(named + ": something stands after the end of the json text");
          }
        }
      }
      return all;
    } catch (JacksonException e) {
      throw new DataException(JsonProblem.in(named, e), e);
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException(
          "cannot read " + named + ": " + Text.oneLine(String.valueOf(e.getMessage())), e);
    }
  }

  private static void readTop(JsonParser json, Contents all) throws DataException {
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      switch (name) {
        case "imagePath" ->
            all.imagePath = value == JsonToken.VALUE_STRING ? json.getString() : all.imagePath;
        case "imageHeight" -> all.height = side(json);
        case "imageWidth" -> all.width = side(json);
        case "shapes" -> {
          all.hasShapes = value == JsonToken.START_ARRAY;
          while (all.hasShapes && json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() == JsonToken.START_OBJECT) {
              all.shapes.add(readShape(json));
            } else {
              json.skipChildren();
            }
          }
        }
        default -> {}
      }
      json.skipChildren(); // nothing where the value was taken
    }
  }

  private static int side(JsonParser json) {
    if (json.currentToken() == null || !json.currentToken().isNumeric()) {
      return 0;
    }
    double side = json.getDoubleValue();
    return side >= 1 && side <= Limits.SIDE ? (int) side : 0;
  }

  private static Shape readShape(JsonParser json) throws DataException {
    Shape shape = new Shape();
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      boolean text = value == JsonToken.VALUE_STRING;
      switch (name) {
        case "label" -> shape.label = value.isScalarValue() ? json.getString() : "";
        case "shape_type" -> shape.type = text ? json.getString() : shape.type;
        case "mask" -> shape.mask = text ? json.getString() : null;
        case "points" -> readPoints(json, shape);
        default -> {}
      }
      json.skipChildren();
    }
    return shape;
  }

  private static void readPoints(JsonParser json, Shape shape) throws DataException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      return;
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      double[] point = new double[2];
      int n = 0;
      if (json.currentToken() == JsonToken.START_ARRAY) {
        while (json.nextToken() != JsonToken.END_ARRAY) {
          if (n < 2 && json.currentToken().isNumeric()) {
            point[n] = json.getDoubleValue();
          } else if (n < 2) {
            n = 2; // no number
          }
          json.skipChildren();
          n++;
        }
      } else {
        json.skipChildren();
      }
      if (n != 2 || !(Math.abs(point[0]) < 1e9) || !(Math.abs(point[1]) < 1e9)) {
        throw new DataException("a shape with a point that is no two numbers below 10⁹");
      }
      if (shape.points.size() == MOST_POINTS) {
        throw new DataException("a shape of more than " + MOST_POINTS + " points");
      }
      shape.points.add(point);
    }
  }
}
