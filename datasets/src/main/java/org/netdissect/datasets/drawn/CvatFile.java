package org.netdissect.datasets.drawn;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import javax.xml.stream.Location;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;

/** An xml file of CVAT's, read without entities and without whatever it refers to. */
final class CvatFile {
  private static final int HEAD = 1 << 16;

  private CvatFile() {}

  /** What an xml file is. */
  enum Kind {
    IMAGES,
    VIDEO,
    BOXES_OF_VOC,
    OTHER
  }

  /**
   * An image.
   *
   * @param name of its photograph; below a folder of its subset, where it says one
   * @param problem what is wrong with one of its shapes, or null
   */
  record Image(
      String name, int height, int width, List<Drawn.Labelled> shapes, @Nullable String problem) {}

  private static XMLStreamReader reader(InputStream in) throws XMLStreamException {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
    return factory.createXMLStreamReader(in);
  }

  /** What the file is by its first elements. */
  static Kind look(Path file) {
    String root = null;
    boolean meta = false;
    try (InputStream in = Files.newInputStream(file)) {
      XMLStreamReader xml = reader(new ByteArrayInputStream(in.readNBytes(HEAD)));
      while (xml.hasNext()) {
        if (xml.next() != XMLStreamConstants.START_ELEMENT) {
          continue;
        }
        String name = xml.getLocalName();
        if (root == null) {
          root = name;
        } else if (root.equals("annotations") && name.equals("image")) {
          return Kind.IMAGES;
        } else if (root.equals("annotations") && name.equals("track")) {
          return Kind.VIDEO;
        } else if (root.equals("annotation") && (name.equals("object") || name.equals("bndbox"))) {
          return Kind.BOXES_OF_VOC;
        }
        meta |= name.equals("meta") || name.equals("task") || name.equals("project");
      }
    } catch (XMLStreamException | IOException e) {
      // The head ends in the middle of something.
    }
    return "annotations".equals(root) && meta ? Kind.IMAGES : Kind.OTHER;
  }

  /** Reads all images. */
  static List<Image> read(Path file) throws DataException {
    String named = Text.oneLine(file.toString());
    List<Image> images = new ArrayList<>();
    try {
      if (!Files.isRegularFile(file) || Files.size(file) > Limits.FILE_BYTES) {
        throw new DataException(
            named + " is no file, or larger than 512 MB; export it as COCO, in parts");
      }
      try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
        XMLStreamReader xml = reader(in);
        while (xml.hasNext()) {
          if (xml.next() == XMLStreamConstants.START_ELEMENT
              && xml.getLocalName().equals("image")) {
            if (images.size() == Limits.IMAGES) {
              throw new DataException(named + ": more than " + Limits.IMAGES + " images");
            }
            images.add(image(xml));
          }
        }
      }
      return images;
    } catch (XMLStreamException e) {
      throw broken(named, e);
    } catch (DataException e) {
      throw new DataException(
          e.getMessage().startsWith(named) ? e.getMessage() : named + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new DataException(
          "cannot read " + named + ": " + Text.oneLine(String.valueOf(e.getMessage())), e);
    }
  }

  /** The parser tells the place in words of its own, over two lines. */
  private static DataException broken(String named, XMLStreamException e) {
    Location at = e.getLocation();
    String[] parts = String.valueOf(e.getMessage()).split("Message: ", 2);
    return new DataException(
        named
            + (at == null
                ? ""
                : " line %d, column %d".formatted(at.getLineNumber(), at.getColumnNumber()))
            + ": no XML that can be read: "
            + Text.oneLine(parts[parts.length - 1]),
        e);
  }

  private static Image image(XMLStreamReader xml) throws XMLStreamException, DataException {
    String name = xml.getAttributeValue(null, "name");
    if (name == null) {
      throw new DataException("an image without a name");
    }
    String subset = xml.getAttributeValue(null, "subset");
    if (subset != null && !subset.isBlank()) {
      name = subset + "/" + name;
    }
    String problem = null;
    int height = 0;
    int width = 0;
    try {
      height = side(xml, "height");
      width = side(xml, "width");
    } catch (DataException e) {
      problem = e.getMessage();
    }
    List<Drawn.Labelled> shapes = new ArrayList<>();
    int depth = 1;
    while (depth > 0) {
      int event = xml.next();
      if (event == XMLStreamConstants.END_ELEMENT) {
        depth--;
      } else if (event == XMLStreamConstants.START_ELEMENT) {
        depth++;
        try {
          String label = xml.getAttributeValue(null, "label");
          Drawn shape = shape(xml);
          if (shape != null && label != null) {
            shapes.add(new Drawn.Labelled(label, shape));
          }
        } catch (DataException e) {
          problem = problem == null ? e.getMessage() : problem;
        }
      }
    }
    return new Image(name, height, width, shapes, problem);
  }

  /** The shape of an element; null for one that is none. */
  private static @Nullable Drawn shape(XMLStreamReader xml) throws DataException {
    switch (xml.getLocalName()) {
      case "polygon" -> {
        return new Drawn.Polygon(points(xml));
      }
      case "box" -> {
        double x0 = number(xml, "xtl");
        double y0 = number(xml, "ytl");
        double x1 = number(xml, "xbr");
        double y1 = number(xml, "ybr");
        double turn = turn(xml);
        return turn == 0
            ? Drawn.Box.between(x0, y0, x1, y1)
            : Drawn.TurnedBox.between(x0, y0, x1, y1, turn);
      }
      case "ellipse" -> {
        return Drawn.ellipse(
            number(xml, "cx"), number(xml, "cy"), number(xml, "rx"), number(xml, "ry"), turn(xml));
      }
      case "mask" -> {
        return mask(xml);
      }
      case "polyline", "points", "cuboid", "skeleton" -> {
        return new Drawn.Nothing();
      }
      default -> {
        return null;
      }
    }
  }

  private static double turn(XMLStreamReader xml) throws DataException {
    return xml.getAttributeValue(null, "rotation") == null ? 0 : number(xml, "rotation");
  }

  private static double[] points(XMLStreamReader xml) throws DataException {
    String text = xml.getAttributeValue(null, "points");
    if (text == null) {
      throw new DataException("a polygon without points");
    }
    String[] pairs = text.split(";", -1);
    double[] xy = new double[2 * pairs.length];
    for (int i = 0; i < pairs.length; i++) {
      String[] pair = pairs[i].split(",", -1);
      if (pair.length != 2) {
        throw new DataException("a polygon with something that is no point");
      }
      xy[2 * i] = number(pair[0]);
      xy[2 * i + 1] = number(pair[1]);
    }
    return xy;
  }

  /** Runs of nothing and of shape in turns, along the rows of a part of the photograph. */
  private static Drawn mask(XMLStreamReader xml) throws DataException {
    int height = side(xml, "height");
    int width = side(xml, "width");
    String rle = xml.getAttributeValue(null, "rle");
    long all = (long) height * width;
    if (rle == null || all == 0 || all > Limits.PHOTO_PIXELS) {
      throw new DataException("a mask without runs or of " + all + " pixels");
    }
    BitSet bits = new BitSet((int) all);
    long at = 0;
    boolean set = false;
    for (String run : rle.split(",", -1)) {
      double length = number(run);
      if (!(length >= 0 && length <= all - at)) {
        throw new DataException("runs that are longer than their mask");
      }
      bits.set((int) at, (int) (at + (long) length), set);
      at += (long) length;
      set = !set;
    }
    double left = number(xml, "left");
    double top = number(xml, "top");
    return new Drawn.Bitmap((int) left, (int) top, height, width, bits);
  }

  /** A side in pixels; 0 where it is not stated. */
  private static int side(XMLStreamReader xml, String attribute) throws DataException {
    if (xml.getAttributeValue(null, attribute) == null) {
      return 0;
    }
    double side = number(xml, attribute);
    if (!(side >= 1 && side <= Limits.SIDE)) {
      throw new DataException("a side of " + side + " pixels");
    }
    return (int) side;
  }

  private static double number(XMLStreamReader xml, String attribute) throws DataException {
    String text = xml.getAttributeValue(null, attribute);
    if (text == null) {
      throw new DataException("a " + xml.getLocalName() + " without " + attribute);
    }
    return number(text);
  }

  private static double number(String text) throws DataException {
    String stripped = text.strip();
    if (stripped.length() < 40 && stripped.matches("-?[0-9]{1,9}(\\.[0-9]*)?([eE]-?[0-9]{1,2})?")) {
      double value = Double.parseDouble(stripped);
      if (Math.abs(value) < 1e9) {
        return value;
      }
    }
    throw new DataException(Text.quoted(stripped) + " is not a number below 10⁹");
  }
}
