package org.netdissect.report.browse;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Unfinished;
import org.netdissect.base.files.WholeFile;
import org.netdissect.base.threads.InOrder;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasImage;
import org.netdissect.pictures.JpegWriter;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Photographs.Photograph;
import org.netdissect.report.page.Page;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a page that shows a data set: every concept with the images that hold it, its mask lit,
 * and every image with all its labels. The page opens from disk, without a server or a network.
 *
 * <pre>
 *   PAGE/index.html     the page
 *   PAGE/data/index.js  names, concepts and which images hold them
 *   PAGE/data/N.js      regions and labels of images N·100 …, read when one of them is shown
 *   PAGE/photos/N.jpg   photographs, at most 240 pixels a side
 * </pre>
 */
public final class DataBrowser {
  private static final int PHOTO_SIDE = 240;

  /** Region maps are shown at most this fine: enough for the eye, a fifth of the bytes. */
  private static final int GRID = 64;

  private static final int CHUNK = 100;
  private static final float QUALITY = 0.8f;
  private static final String PAGE = "index.html";
  private static final String COMMAND = "netdissect data browse";
  private static final char[] DIGITS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray();

  private final ConceptDataset data;
  private final Atlas atlas;
  private final Path folder;
  private final Unfinished unfinished;
  private final Progress progress;

  /** For each label its images and the thousandths it covers of each, in turns. */
  private final Map<Integer, List<int[]>> imagesOf = new TreeMap<>();

  private DataBrowser(
      ConceptDataset data, Atlas atlas, Path folder, Unfinished unfinished, Progress progress) {
    this.data = data;
    this.atlas = atlas;
    this.folder = folder;
    this.unfinished = unfinished;
    this.progress = progress;
  }

  /**
   * Writes the page of a data set.
   *
   * @param atlas of the same data set
   * @param folder a new or empty folder, or one that holds such a page, whole or not, which is
   *     replaced
   * @param workers threads that read photographs
   * @return the page
   */
  public static Path write(
      ConceptDataset data, Atlas atlas, Path folder, int workers, Progress progress)
      throws IOException {
    Unfinished.checkApart(data.folder(), folder);
    try (Unfinished unfinished = Unfinished.begin(folder, COMMAND)) {
      Files.createDirectories(folder.resolve("data"));
      Files.createDirectories(folder.resolve("photos"));
      DataBrowser browser = new DataBrowser(data, atlas, folder, unfinished, progress);
      browser.writeImages(workers);
      browser.writeIndex();
      Path page = folder.resolve(PAGE);
      unfinished.writingWhole(page);
      WholeFile.text(
          page,
          Page.resource(DataBrowser.class, "browse.html")
              .replace("{{STYLE}}", Page.resource(Page.class, "style.css"))
              .replace("{{NAMES}}", Page.resource(Page.class, "names.js"))
              .replace("{{SCRIPT}}", Page.resource(DataBrowser.class, "browse.js")));
      unfinished.finishReplaceable();
      return page;
    }
  }

  /** A file of the page that is about to be written. */
  private Path begun(String part, String name) throws IOException {
    Path file = folder.resolve(part).resolve(name);
    unfinished.writing(file);
    return file;
  }

  private void writeImages(int workers) throws IOException {
    List<Map<String, Object>> chunk = new ArrayList<>();
    try (Progress.Phase phase =
        progress.phase("Writing the page of " + atlas.name(), atlas.size(), "images")) {
      InOrder.run(
          workers,
          0,
          atlas.size(),
          "browse",
          this::image,
          (i, image) -> {
            chunk.add(image);
            takeLabels(i);
            if (chunk.size() == CHUNK || i == atlas.size() - 1) {
              int n = i / CHUNK;
              Files.writeString(
                  begun("data", n + ".js"),
                  "netdissect.images(" + n * CHUNK + "," + json(chunk) + ");\n");
              chunk.clear();
            }
            phase.advance(1);
          });
      phase.done();
    }
  }

  /** What the page knows of one image; its photograph is written on the way. */
  private Map<String, Object> image(int i) throws IOException {
    AtlasImage image = atlas.image(i);
    Map<String, Object> of = new LinkedHashMap<>();
    try {
      ImageRow row = data.images().get(i);
      Photograph photo =
          Photographs.read(data.photograph(row), row.photoHeight(), row.photoWidth());
      double scale = Math.min(1.0, (double) PHOTO_SIDE / Math.max(photo.height(), photo.width()));
      Photograph small =
          photo.resized(
              Math.max(1, (int) Math.round(photo.height() * scale)),
              Math.max(1, (int) Math.round(photo.width() * scale)));
      Files.write(begun("photos", i + ".jpg"), JpegWriter.encode(small, QUALITY));
      of.put("h", photo.height());
      of.put("w", photo.width());
    } catch (DataException e) {
      of.put("problem", e.getMessage());
    }
    if (image.problem() != null) {
      of.put("problem", image.problem());
      return of;
    }
    int height = image.maskHeight();
    int width = image.maskWidth();
    char[] map = new char[height * width];
    atlas.readRegionMap(i, map);
    int rows = Math.min(GRID, height);
    int columns = Math.min(GRID, width);
    StringBuilder runs = new StringBuilder();
    int run = 0;
    int last = -1;
    for (int y = 0; y < rows; y++) {
      int from = (2 * y + 1) * height / (2 * rows) * width;
      for (int x = 0; x < columns; x++) {
        int region = map[from + (2 * x + 1) * width / (2 * columns)];
        if (region != last) {
          append(runs, last, run);
          last = region;
          run = 0;
        }
        run++;
      }
    }
    append(runs, last, run);
    List<int[]> regions = new ArrayList<>();
    int first = atlas.firstRegion(i);
    for (int r = first; r < first + image.regions(); r++) {
      int[] labels = new int[1 + atlas.labelStart(r + 1) - atlas.labelStart(r)];
      labels[0] = atlas.regionPixels(r);
      for (int k = 1; k < labels.length; k++) {
        labels[k] = atlas.label(atlas.labelStart(r) + k - 1);
      }
      regions.add(labels);
    }
    of.put("rows", rows);
    of.put("columns", columns);
    of.put("pixels", height * width);
    of.put("runs", runs.toString());
    of.put("regions", regions);
    return of;
  }

  private static void append(StringBuilder runs, int region, int length) {
    if (length > 0) {
      appendNumber(runs, region);
      appendNumber(runs, length);
    }
  }

  /** Five bits a letter, the lowest first; a sixth says that more follow. */
  private static void appendNumber(StringBuilder text, int number) {
    int rest = number;
    while (rest >= 32) {
      text.append(DIGITS[32 | (rest & 31)]);
      rest >>>= 5;
    }
    text.append(DIGITS[rest]);
  }

  private void takeLabels(int i) {
    AtlasImage image = atlas.image(i);
    Map<Integer, Integer> pixels = new TreeMap<>();
    for (int r = atlas.firstRegion(i); r < atlas.firstRegion(i + 1); r++) {
      int last = -1;
      for (int k = atlas.labelStart(r); k < atlas.labelStart(r + 1); k++) {
        if (atlas.label(k) != last) {
          last = atlas.label(k);
          pixels.merge(last, atlas.regionPixels(r), Integer::sum);
        }
      }
    }
    int all = image.maskHeight() * image.maskWidth();
    pixels.forEach(
        (label, n) ->
            imagesOf
                .computeIfAbsent(label, l -> new ArrayList<>())
                .add(new int[] {i, Math.round(1000f * n / all)}));
  }

  private void writeIndex() throws IOException {
    Vocabulary vocabulary = atlas.vocabulary();
    try (BufferedWriter out =
        Files.newBufferedWriter(begun("data", "index.js"), StandardCharsets.UTF_8)) {
      Map<String, Object> head = new LinkedHashMap<>();
      head.put("name", atlas.name());
      head.put("chunk", CHUNK);
      head.put("categories", vocabulary.categories().stream().map(Category::name).toList());
      List<String> names = new ArrayList<>();
      List<String> splits = new ArrayList<>();
      for (int i = 0; i < atlas.size(); i++) {
        names.add(atlas.image(i).name());
        splits.add(atlas.image(i).split());
      }
      head.put("images", names);
      head.put("splits", splits);
      out.write("netdissect.index(" + json(head) + ");\n");
      for (Map.Entry<Integer, List<int[]>> e : imagesOf.entrySet()) {
        // The images where it covers most come first.
        List<int[]> sorted = new ArrayList<>(e.getValue());
        sorted.sort((a, b) -> a[1] != b[1] ? b[1] - a[1] : a[0] - b[0]);
        int[] flat = sorted.stream().flatMapToInt(Arrays::stream).toArray();
        int number = e.getKey() >> 8;
        String name = vocabulary.concept(number).name();
        out.write(
            "netdissect.concept("
                + e.getKey()
                + ","
                + json(name.isBlank() ? "label " + number : name)
                + ","
                + json(flat)
                + ");\n");
      }
    }
  }

  /** JSON that is harmless wherever it stands in a script. */
  private static String json(Object value) {
    return JsonMapper.shared()
        .writeValueAsString(value)
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }
}
