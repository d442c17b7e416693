package org.netdissect.datasets.coco;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netdissect.base.DataException;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.Folders;
import org.netdissect.pictures.UnreadableImageException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/**
 * A json file of COCO (Lin et al., ECCV 2014). It is read once for its images, categories and the
 * places of its annotations; shapes are read again image by image, so that memory does not grow
 * with them.
 */
final class CocoFile {
  private static final int LONGEST_ANNOTATION = 1 << 26;
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(20)
                  .maxStringLength(LONGEST_ANNOTATION)
                  .build())
          // Python writes NaN; then it is one annotation that is broken, and not the file.
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /** An image as the file states it. */
  record Image(long id, String fileName, int height, int width) {}

  final Path file;
  final List<Image> images = new ArrayList<>();

  /** Names by id. */
  final Map<Long, String> categories = new TreeMap<>();

  /** Whether annotations are pictures of segments. */
  boolean panoptic;

  /** How many annotations name an image that is not there. */
  int strays;

  private long[] imageIds = new long[1024];
  private long[] offsets = new long[1024];
  private int[] lengths = new int[1024];
  private int annotations;

  /** Annotations of each image: positions [first[i], first[i + 1]) of the arrays above. */
  private int[] first;

  private CocoFile(Path file) {
    this.file = file;
  }

  static CocoFile open(Path file, Problems problems) throws DataException {
    CocoFile coco = new CocoFile(file);
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        JsonParser json = JSON.createParser(ObjectReadContext.empty(), in)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new DataException(file + " is not a COCO file: no object at its top");
      }
      boolean annotated = false;
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (value != JsonToken.START_ARRAY) {
          json.skipChildren();
          continue;
        }
        annotated |= name.equals("annotations");
        while (json.nextToken() != JsonToken.END_ARRAY) {
          if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            continue;
          }
          try {
            switch (name) {
              case "images" -> coco.readImage(json);
              case "categories" -> coco.readCategory(json);
              case "annotations" -> coco.readPlace(json);
              default -> json.skipChildren();
            }
          } catch (DataException e) {
            problems.add(e);
          }
        }
      }
      if (coco.images.isEmpty() || coco.categories.isEmpty() || !annotated) {
        throw new DataException(
            file + " is not a COCO file: images, annotations or categories are missing");
      }
      coco.group(problems);
      return coco;
    } catch (JacksonException e) {
      throw broken(file, e);
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static DataException broken(Path file, JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    return new DataException(
        file
            + (at == null ? "" : " line " + at.getLineNr() + ", column " + at.getColumnNr())
            + ": "
            + Text.oneLine(e.getOriginalMessage()),
        e);
  }

  private DataException at(JsonParser json, String what) {
    TokenStreamLocation location = json.currentTokenLocation();
    return new DataException(
        file
            + " line "
            + location.getLineNr()
            + ", column "
            + location.getColumnNr()
            + ": "
            + what);
  }

  private long id(JsonParser json) throws DataException {
    if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
        || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw at(json, Text.quoted(json.currentName()) + " is not a whole number");
    }
    return json.getLongValue();
  }

  private int size(JsonParser json) throws DataException {
    long size = id(json);
    if (size < 1 || size > Limits.SIDE) {
      throw at(json, "a side of " + size + " pixels");
    }
    return (int) size;
  }

  private String text(JsonParser json) throws DataException {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw at(json, Text.quoted(json.currentName()) + " is not a text");
    }
    return json.getString();
  }

  /** What is done with a field of an object; its value is the parser's token. */
  private interface Field {
    void take(String name) throws DataException;
  }

  /** Goes through an object to its end, whatever is wrong in it, and tells the first problem. */
  private static void fields(JsonParser json, Field action) throws DataException {
    DataException problem = null;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      json.nextToken();
      try {
        action.take(name);
      } catch (DataException e) {
        problem = problem == null ? e : problem;
      }
      json.skipChildren(); // nothing where the value was taken
    }
    if (problem != null) {
      throw problem;
    }
  }

  /** An image while it is read. */
  private static final class ReadImage {
    Long id;
    String fileName;
    int height;
    int width;
  }

  private void readImage(JsonParser json) throws DataException {
    ReadImage image = new ReadImage();
    fields(
        json,
        name -> {
          switch (name) {
            case "id" -> image.id = id(json);
            case "file_name" -> image.fileName = text(json);
            case "height" -> image.height = size(json);
            case "width" -> image.width = size(json);
            default -> {}
          }
        });
    if (image.id == null || image.fileName == null || image.height == 0 || image.width == 0) {
      throw at(json, "an image without id, file_name, height or width");
    }
    if ((long) image.height * image.width > Limits.PHOTO_PIXELS) {
      throw at(json, "a photograph of " + image.height + " × " + image.width + " pixels");
    }
    String complaint = Folders.complaint(image.fileName);
    if (complaint != null) {
      throw at(json, complaint);
    }
    if (images.size() == Limits.IMAGES) {
      throw at(json, "more than " + Limits.IMAGES + " images");
    }
    images.add(new Image(image.id, image.fileName, image.height, image.width));
  }

  private void readCategory(JsonParser json) throws DataException {
    Long[] id = new Long[1];
    String[] label = new String[1];
    fields(
        json,
        name -> {
          switch (name) {
            case "id" -> id[0] = id(json);
            case "name" -> label[0] = text(json);
            default -> {}
          }
        });
    if (id[0] == null || label[0] == null) {
      throw at(json, "a category without id or name");
    }
    if (categories.putIfAbsent(id[0], label[0]) != null) {
      throw at(json, "category " + id[0] + " stands twice");
    }
  }

  private void readPlace(JsonParser json) throws DataException {
    long offset = json.currentTokenLocation().getByteOffset();
    if (offset < 0) {
      throw at(json, "text that is not UTF-8; save the file as UTF-8");
    }
    Long[] of = new Long[1];
    fields(
        json,
        name -> {
          if (name.equals("image_id")) {
            of[0] = id(json);
          } else if (name.equals("segments_info")) {
            panoptic = true;
          }
        });
    if (of[0] == null) {
      throw at(json, "an annotation without image_id");
    }
    long image = of[0];
    long length = json.currentLocation().getByteOffset() - offset;
    if (length > LONGEST_ANNOTATION) {
      throw at(json, "an annotation of " + length + " bytes");
    }
    if (annotations == offsets.length) {
      if (annotations > 1 << 29) {
        throw at(json, "too many annotations");
      }
      imageIds = Arrays.copyOf(imageIds, 2 * annotations);
      offsets = Arrays.copyOf(offsets, 2 * annotations);
      lengths = Arrays.copyOf(lengths, 2 * annotations);
    }
    imageIds[annotations] = image;
    offsets[annotations] = offset;
    lengths[annotations++] = (int) length;
  }

  /** Sorts the annotations by image. */
  private void group(Problems problems) throws DataException {
    Map<Long, Integer> rowOf = new HashMap<>();
    for (int i = 0; i < images.size(); i++) {
      Image image = images.get(i);
      if (rowOf.putIfAbsent(image.id(), i) != null) {
        problems.add(
            new DataException(
                file
                    + ": image id "
                    + image.id()
                    + " stands twice; "
                    + Text.oneLine(images.get(rowOf.get(image.id())).fileName())
                    + " and "
                    + Text.oneLine(image.fileName())));
      }
    }
    int[] row = new int[annotations];
    first = new int[images.size() + 1];
    for (int a = 0; a < annotations; a++) {
      row[a] = rowOf.getOrDefault(imageIds[a], -1);
      if (row[a] < 0) {
        strays++;
      } else {
        first[row[a] + 1]++;
      }
    }
    for (int i = 0; i < images.size(); i++) {
      first[i + 1] += first[i];
    }
    int[] next = first.clone();
    long[] sortedOffsets = new long[annotations - strays];
    int[] sortedLengths = new int[annotations - strays];
    for (int a = 0; a < annotations; a++) {
      if (row[a] >= 0) {
        int to = next[row[a]]++;
        sortedOffsets[to] = offsets[a];
        sortedLengths[to] = lengths[a];
      }
    }
    offsets = sortedOffsets;
    lengths = sortedLengths;
    imageIds = null;
  }

  /** A shape of an annotation. */
  static final class Annotation {
    long id = -1;
    long category = -1;

    /** Polygons, x and y in turns. */
    final List<double[]> polygons = new ArrayList<>();

    /** Lengths of runs, or null. */
    long[] runs;

    /** The same as COCO's compressed text, or null. */
    String packed;

    long runHeight;
    long runWidth;

    /** Of panoptic annotations: the picture of segments, and the category of each. */
    String fileName;

    final Map<Integer, Long> segments = new HashMap<>();
  }

  int annotationsOf(int image) {
    return first[image + 1] - first[image];
  }

  /** Reads the annotations of the image at that place. */
  List<Annotation> read(int image, Problems problems) throws DataException {
    List<Annotation> list = new ArrayList<>();
    if (annotationsOf(image) == 0) {
      return list;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      for (int a = first[image]; a < first[image + 1]; a++) {
        ByteBuffer bytes = ByteBuffer.allocate(lengths[a]);
        while (bytes.hasRemaining()) {
          if (channel.read(bytes, offsets[a] + bytes.position()) < 0) {
            throw new DataException(file + " was changed while it was read");
          }
        }
        try {
          list.add(parse(bytes.array(), images.get(image).fileName()));
        } catch (DataException e) {
          problems.add(e);
        }
      }
      return list;
    } catch (JacksonException e) {
      throw new UnreadableImageException(
          Text.oneLine(images.get(image).fileName())
              + ": an annotation in "
              + file
              + " is broken: "
              + Text.oneLine(e.getOriginalMessage()),
          e);
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** An error in an annotation. */
  UnreadableImageException error(String image, Annotation annotation, String what) {
    return new UnreadableImageException(
        Text.oneLine(image) + ": annotation " + annotation.id + " in " + file + ": " + what);
  }

  private Annotation parse(byte[] bytes, String image) throws DataException {
    Annotation a = new Annotation();
    String problem = null;
    try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), bytes)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new DataException(file + " was changed while it was read");
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        switch (name) {
          case "id" -> a.id = value == JsonToken.VALUE_NUMBER_INT ? json.getLongValue() : -1;
          case "category_id" -> a.category = id(json);
          case "file_name" -> a.fileName = text(json);
          case "segmentation" -> {
            String what = readShape(json, a);
            problem = what != null ? what : problem;
          }
          case "segments_info" -> readSegments(json, a);
          default -> json.skipChildren();
        }
      }
    }
    if (problem != null) {
      throw error(image, a, problem);
    }
    return a;
  }

  private static String readShape(JsonParser json, Annotation a) {
    String problem = null;
    if (json.currentToken() == JsonToken.START_ARRAY) {
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
          json.skipChildren();
          problem = "a polygon that is not a list of numbers";
          continue;
        }
        double[] xy = numbers(json);
        if (xy == null) {
          problem = "a polygon with something that is not a number below 10⁹";
        } else if (xy.length % 2 != 0) {
          problem = "a polygon of " + xy.length + " numbers, which is odd";
        } else if (xy.length >= 6) {
          a.polygons.add(xy);
        } // fewer than three points cover nothing
      }
    } else if (json.currentToken() == JsonToken.START_OBJECT) {
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (name.equals("counts") && value == JsonToken.VALUE_STRING) {
          a.packed = json.getString();
        } else if (value == JsonToken.START_ARRAY
            && (name.equals("counts") || name.equals("size"))) {
          double[] list = numbers(json);
          if (list == null || (name.equals("size") && list.length != 2)) {
            problem = "runs that are not a list of numbers below 10⁹";
          } else if (name.equals("size")) {
            a.runHeight = (long) list[0];
            a.runWidth = (long) list[1];
          } else {
            a.runs = new long[list.length];
            for (int i = 0; i < list.length; i++) {
              a.runs[i] = (long) list[i];
            }
          }
        } else {
          json.skipChildren();
        }
      }
      if (a.runs == null && a.packed == null && problem == null) {
        problem = "a segmentation without counts";
      }
    } else {
      json.skipChildren();
    }
    return problem;
  }

  /** The numbers of a flat list; null when something in it is not a number below 10⁹. */
  private static double[] numbers(JsonParser json) {
    double[] list = new double[32];
    int n = 0;
    boolean sane = true;
    for (JsonToken t = json.nextToken(); t != JsonToken.END_ARRAY; t = json.nextToken()) {
      if (t != JsonToken.VALUE_NUMBER_FLOAT && t != JsonToken.VALUE_NUMBER_INT) {
        json.skipChildren();
        sane = false;
        continue;
      }
      double value = json.getDoubleValue();
      sane &= Math.abs(value) < 1e9; // neither infinite nor NaN
      if (n == list.length) {
        list = Arrays.copyOf(list, 2 * n);
      }
      list[n++] = value;
    }
    return sane ? Arrays.copyOf(list, n) : null;
  }

  private void readSegments(JsonParser json, Annotation a) throws DataException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      json.skipChildren();
      return;
    }
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.START_OBJECT) {
        json.skipChildren();
        continue;
      }
      long segment = -1;
      long category = -1;
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "id" -> segment = id(json);
          case "category_id" -> category = id(json);
          default -> json.skipChildren();
        }
      }
      if (segment >= 0 && segment < 1 << 24) {
        a.segments.put((int) segment, category);
      }
    }
  }
}
