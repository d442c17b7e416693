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
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.JsonProblem;
import org.netdissect.base.Limits;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.datasets.reading.FileNames;
import org.netdissect.datasets.reading.Folders;
import org.netdissect.datasets.reading.JsonHead;
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
  /** Stands for the category of an annotation that names none. */
  static final long NO_CATEGORY = Long.MAX_VALUE;

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

  /**
   * An image as the file states it.
   *
   * @param fileName with "/" between its parts, none of them ".."; see {@link FileNames}
   * @param height pixels; 0 where the file states no size
   * @param width pixels; 0 where the file states no size
   * @param problem why it cannot be read, or null
   */
  record Image(long id, String fileName, int height, int width, @Nullable String problem) {}

  /** How many problems are told one by one. */
  private static final int MOST_TOLD = 1_000;

  final Path file;
  final List<Image> images = new ArrayList<>();

  /** Names by id. */
  final Map<Long, String> categories = new TreeMap<>();

  /** Whether annotations are pictures of segments. */
  boolean panoptic;

  /** How many annotations name an image that is not there. */
  int strays;

  /** How many annotations have a box but no shape, and how many there are. */
  int boxesOnly;

  int annotations;

  /** What is wrong with entries that belong to no image, the first thousand, and how many. */
  final List<DataException> wrong = new ArrayList<>();

  int wrongEntries;

  /** Numbers for ids that are texts. */
  private final Map<String, Long> textIds = new HashMap<>();

  /** What is wrong with the annotations of an image, by its id. */
  private final Map<Long, String> problems = new HashMap<>();

  private long[] imageIds = new long[1024];
  private long[] offsets = new long[1024];
  private int[] lengths = new int[1024];

  /** Annotations of each image: positions [first[i], first[i + 1]) of the arrays above. */
  private int[] first = new int[0];

  /** The file contradicts itself: whatever is read from it may be wrong. */
  private static final class ContradictionException extends DataException {
    private static final long serialVersionUID = 1L;

    ContradictionException(String message) {
      super(message);
    }
  }

  /** The file lacks one of the lists of a COCO file with shapes. */
  static final class NotCocoException extends DataException {
    private static final long serialVersionUID = 1L;

    NotCocoException(String message) {
      super(message);
    }
  }

  private CocoFile(Path file) {
    this.file = file;
  }

  /** Shapes are read again from their place in bytes, which only UTF-8 tells. */
  private static void checkEncoding(Path file) throws DataException {
    try (InputStream in = Files.newInputStream(file)) {
      for (byte unit : in.readNBytes(4)) {
        if (unit == 0) {
          throw new DataException(
              Text.oneLine(file.toString()) + ": json in UTF-16 or UTF-32; save it as UTF-8");
        }
      }
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException(
          "cannot read "
              + Text.oneLine(file.toString())
              + ": "
              + Text.oneLine(String.valueOf(e.getMessage())),
          e);
    }
  }

  /**
   * Reads the file once.
   *
   * @param problems told where the file contradicts itself, so that what is read may be wrong
   */
  static CocoFile open(Path file, Problems problems) throws DataException {
    if (!Files.isRegularFile(file)) {
      throw new DataException(
          Text.oneLine(file.toString()) + (Files.exists(file) ? " is no file" : " is missing"));
    }
    checkEncoding(file);
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
          } catch (ContradictionException e) {
            problems.add(e);
          } catch (DataException e) {
            coco.tell(e);
          }
        }
      }
      if (json.nextToken() != null) {
        throw coco.at(json, "something stands after the end of the json text; is the file whole?");
      }
      if (coco.images.isEmpty() || coco.categories.isEmpty() || !annotated) {
        throw coco.isWrong()
            ? coco.wrong.get(0)
            : new NotCocoException(
                Text.oneLine(file.toString())
                    + (JsonHead.names(file).contains("items")
                        ? " is Datumaro's, which is not read as it is; export it from there as COCO"
                        : " is not a COCO file: images, annotations or categories are missing"));
      }
      coco.group(problems);
      return coco;
    } catch (JacksonException e) {
      throw new DataException(JsonProblem.in(file.toString(), e), e);
    } catch (DataException e) {
      throw e;
    } catch (IOException e) {
      throw new DataException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private boolean isWrong() {
    return wrongEntries > 0;
  }

  private void tell(DataException problem) {
    wrongEntries++;
    if (wrong.size() < MOST_TOLD) {
      wrong.add(problem);
    }
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

  /** An id: a whole number, however it is written, or any text. */
  private long id(JsonParser json) throws DataException {
    if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
        && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return json.getLongValue();
    }
    String text = json.getString();
    switch (json.currentToken()) {
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
        Long whole = whole(text);
        if (whole != null) {
          return whole;
        }
      }
      case VALUE_STRING -> {
        Long whole = whole(text.strip());
        return whole != null
            ? whole
            : textIds.computeIfAbsent(text, t -> Long.MIN_VALUE + textIds.size());
      }
      default -> {}
    }
    throw at(json, Text.quoted(json.currentName()) + " is not a whole number");
  }

  /** An id as the file writes it. */
  String idText(long id) {
    for (Map.Entry<String, Long> e : textIds.entrySet()) {
      if (e.getValue() == id) {
        return Text.quoted(e.getKey());
      }
    }
    return String.valueOf(id);
  }

  /** "64", "64.0" as 64; null for what is no whole number. */
  private static @Nullable Long whole(String text) {
    if (!text.matches("-?[0-9]{1,18}(\\.0*)?")) {
      return null;
    }
    int dot = text.indexOf('.');
    return Long.valueOf(dot < 0 ? text : text.substring(0, dot));
  }

  private int size(JsonParser json) throws DataException {
    if (json.currentToken() == JsonToken.VALUE_NULL) {
      return 0;
    }
    Long size = json.currentToken().isScalarValue() ? whole(json.getString().strip()) : null;
    if (size == null) {
      throw at(json, Text.quoted(json.currentName()) + " is not a whole number");
    }
    if (size < 0 || size > Limits.SIDE) {
      throw at(json, "a side of " + size + " pixels");
    }
    return (int) (long) size;
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
    @Nullable Long id;
    @Nullable String fileName;
    @Nullable String url;
    int height;
    int width;
  }

  private void readImage(JsonParser json) throws DataException {
    ReadImage image = new ReadImage();
    DataException problem = null;
    try {
      fields(
          json,
          name -> {
            switch (name) {
              case "id" -> image.id = id(json);
              case "file_name" -> image.fileName = text(json);
              case "coco_url" -> image.url = text(json);
              case "height" -> image.height = size(json);
              case "width" -> image.width = size(json);
              default -> {}
            }
          });
    } catch (DataException e) {
      problem = e;
    }
    String written = image.fileName != null ? image.fileName : image.url;
    Long id = image.id;
    if (id == null || written == null) {
      throw problem != null ? problem : at(json, "an image without id or file_name");
    }
    String name = FileNames.clean(written);
    String complaint = name.isEmpty() ? "a blank file name" : Folders.complaint(name);
    if (complaint != null) {
      throw at(json, complaint);
    }
    if (problem == null && (image.height == 0) != (image.width == 0)) {
      problem = at(json, "an image with a height or a width alone");
    }
    if (problem == null && (long) image.height * image.width > Limits.PHOTO_PIXELS) {
      problem = at(json, "a photograph of " + image.height + " × " + image.width + " pixels");
    }
    if (images.size() == Limits.IMAGES) {
      throw at(json, "more than " + Limits.IMAGES + " images");
    }
    images.add(
        problem == null
            ? new Image(id, name, image.height, image.width, null)
            : new Image(id, name, 0, 0, problem.getMessage()));
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
    if (categories.size() > 0xffff) {
      throw at(json, "more than 65535 categories");
    }
    String earlier = categories.putIfAbsent(id[0], label[0]);
    if (earlier != null && !earlier.equals(label[0])) {
      throw new ContradictionException(
          at(
                  json,
                  "category "
                      + idText(id[0])
                      + " is "
                      + Text.quoted(earlier)
                      + " and "
                      + Text.quoted(label[0]))
              .getMessage());
    }
  }

  private void readPlace(JsonParser json) throws DataException {
    long offset = json.currentTokenLocation().getByteOffset();
    if (offset < 0) {
      throw at(json, "text that is not UTF-8; save the file as UTF-8");
    }
    Long[] of = new Long[1];
    boolean[] has = new boolean[2]; // a shape, a box
    fields(
        json,
        name -> {
          switch (name) {
            case "image_id" -> of[0] = id(json);
            case "segments_info" -> {
              panoptic = true;
              has[0] = true;
            }
            case "segmentation" ->
                has[0] = json.currentToken() == JsonToken.START_OBJECT || holdsSomething(json);
            case "bbox" -> has[1] = holdsSomething(json);
            default -> {}
          }
        });
    if (of[0] == null) {
      throw at(json, "an annotation without image_id");
    }
    long image = of[0];
    long length = json.currentLocation().getByteOffset() - offset;
    if (length > LONGEST_ANNOTATION) {
      problems.putIfAbsent(image, at(json, "an annotation of " + length + " bytes").getMessage());
      return;
    }
    boxesOnly += !has[0] && has[1] ? 1 : 0;
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

  /** Goes through an array to its end; whether there is anything in it but empty arrays. */
  private static boolean holdsSomething(JsonParser json) {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      return false;
    }
    boolean something = false;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() == JsonToken.START_ARRAY) {
        something |= holdsSomething(json);
      } else {
        json.skipChildren();
        something = true;
      }
    }
    return something;
  }

  /** Sorts the annotations by image. */
  private void group(Problems stop) throws DataException {
    Map<Long, Integer> rowOf = new HashMap<>();
    for (int i = 0; i < images.size(); i++) {
      Image image = images.get(i);
      if (rowOf.putIfAbsent(image.id(), i) != null) {
        stop.add(
            new DataException(
                file
                    + ": image id "
                    + idText(image.id())
                    + " stands twice; "
                    + Text.oneLine(images.get(rowOf.get(image.id())).fileName())
                    + " and "
                    + Text.oneLine(image.fileName())));
      }
    }
    problems.forEach(
        (id, what) -> {
          Integer i = rowOf.get(id);
          if (i != null) {
            Image image = images.get(i);
            images.set(i, new Image(id, image.fileName(), image.height(), image.width(), what));
          }
        });
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
    imageIds = new long[0];
  }

  /** Runs of an annotation: lengths, or the same as COCO's compressed text. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Runs(long height, long width, long @Nullable [] lengths, @Nullable String packed) {}

  /** A shape of an annotation. */
  static final class Annotation {
    String id = "without id";
    long category = NO_CATEGORY;

    /** Polygons, x and y in turns. */
    final List<double[]> polygons = new ArrayList<>();

    final List<Runs> runs = new ArrayList<>();

    /** x, y, width, height; or null. */
    double @Nullable [] box;

    /** Of panoptic annotations: the picture of segments, and the category of each. */
    @Nullable String fileName;

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
              + JsonProblem.what(e),
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
        try {
          switch (name) {
            case "id" -> a.id = value.isScalarValue() ? Text.oneLine(json.getString()) : a.id;
            case "category_id" -> a.category = id(json);
            case "file_name" -> a.fileName = text(json);
            case "segmentation" -> {
              String what = readShape(json, a);
              problem = what != null ? what : problem;
            }
            case "segments_info" -> readSegments(json, a);
            case "bbox" -> a.box = value == JsonToken.START_ARRAY ? numbers(json) : null;
            default -> json.skipChildren();
          }
        } catch (DataException e) {
          problem = Text.quoted(name) + " cannot be read";
          json.skipChildren();
        }
      }
    }
    if (problem != null) {
      throw error(image, a, problem);
    }
    return a;
  }

  private static @Nullable String readShape(JsonParser json, Annotation a) {
    if (json.currentToken() == JsonToken.START_OBJECT) {
      return readRuns(json, a);
    } else if (json.currentToken() == JsonToken.START_ARRAY) {
      return readPolygons(json, a);
    }
    json.skipChildren();
    return null;
  }

  /**
   * A list of polygons, each a list of numbers or of points; or the numbers or points of one; or a
   * list of runs.
   */
  private static @Nullable String readPolygons(JsonParser json, Annotation a) {
    String problem = null;
    List<double[]> lists = new ArrayList<>();
    Numbers flat = new Numbers();
    boolean onlyPoints = true;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      String what = null;
      switch (json.currentToken()) {
        case START_ARRAY -> {
          Numbers of = new Numbers();
          what = readPoints(json, of);
          onlyPoints &= of.size == 2 && !of.nested;
          lists.add(of.toArray());
        }
        case START_OBJECT -> what = readRuns(json, a);
        default -> what = flat.add(json);
      }
      problem = what != null ? what : problem;
    }
    if (!flat.isEmpty() && !lists.isEmpty()) {
      return "a polygon that is not a list of numbers";
    }
    if (onlyPoints && lists.size() >= 3) { // the points of one polygon
      lists.forEach(flat::addAll);
      lists.clear();
    }
    if (!flat.isEmpty()) {
      lists.add(flat.toArray());
    }
    for (double[] xy : lists) {
      if (xy.length % 2 != 0) {
        problem = "a polygon of " + xy.length + " numbers, which is odd";
      } else if (xy.length >= 6) {
        a.polygons.add(xy);
      } // fewer than three points cover nothing
    }
    return problem;
  }

  /** The numbers of a polygon, flat or in points of two. */
  private static @Nullable String readPoints(JsonParser json, Numbers to) {
    String problem = null;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      String what;
      if (json.currentToken() == JsonToken.START_ARRAY) {
        to.nested = true;
        double[] point = numbers(json);
        if (point != null && point.length == 2) {
          to.addAll(point);
          what = null;
        } else {
          what = "a polygon with something that is no point";
        }
      } else {
        what = to.add(json);
      }
      problem = what != null ? what : problem;
    }
    return problem;
  }

  private static @Nullable String readRuns(JsonParser json, Annotation a) {
    String problem = null;
    String packed = null;
    double[] counts = null;
    double[] size = null;
    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals("counts") && value == JsonToken.VALUE_STRING) {
        packed = json.getString();
      } else if (value == JsonToken.START_ARRAY && (name.equals("counts") || name.equals("size"))) {
        double[] list = numbers(json);
        if (list == null || (name.equals("size") && list.length != 2)) {
          problem = "runs that are not a list of numbers below 10⁹";
        } else if (name.equals("size")) {
          size = list;
        } else {
          counts = list;
        }
      } else {
        json.skipChildren();
      }
    }
    if (problem == null && counts == null && packed == null) {
      problem = "a segmentation without counts";
    } else if (problem == null && size == null) {
      problem = "runs without a size";
    }
    if (problem == null && size != null) {
      long[] lengths =
          counts == null ? null : Arrays.stream(counts).mapToLong(c -> (long) c).toArray();
      a.runs.add(new Runs((long) size[0], (long) size[1], lengths, packed));
    }
    return problem;
  }

  /** Numbers while they are read. */
  private static final class Numbers {
    private double[] list = new double[32];
    private int size;

    /** Whether they came in points. */
    private boolean nested;

    /** Takes the parser's number; what is wrong with it, or null. */
    @Nullable String add(JsonParser json) {
      Double value = number(json);
      if (value == null) {
        json.skipChildren();
        return "a polygon with something that is not a number below 10⁹";
      }
      add((double) value);
      return null;
    }

    void addAll(double[] more) {
      for (double value : more) {
        add(value);
      }
    }

    private void add(double value) {
      if (size == list.length) {
        list = Arrays.copyOf(list, 2 * size);
      }
      list[size++] = value;
    }

    boolean isEmpty() {
      return size == 0;
    }

    double[] toArray() {
      return Arrays.copyOf(list, size);
    }
  }

  /** The parser's number, also where it is written as text; null when it is none below 10⁹. */
  private static @Nullable Double number(JsonParser json) {
    double value;
    switch (json.currentToken()) {
      case VALUE_NUMBER_FLOAT, VALUE_NUMBER_INT -> value = json.getDoubleValue();
      case VALUE_STRING -> {
        String text = json.getString().strip();
        if (!text.matches("-?[0-9]{1,12}(\\.[0-9]{0,30})?")) {
          return null;
        }
        value = Double.parseDouble(text);
      }
      default -> {
        return null;
      }
    }
    return Math.abs(value) < 1e9 ? value : null; // neither infinite nor NaN
  }

  /** The numbers of a flat list; null when something in it is not a number below 10⁹. */
  private static double @Nullable [] numbers(JsonParser json) {
    Numbers list = new Numbers();
    boolean sane = true;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      sane &= list.add(json) == null;
    }
    return sane ? list.toArray() : null;
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
      long category = NO_CATEGORY;
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
