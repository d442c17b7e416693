package org.netdissect.report.page;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.pictures.JpegWriter;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Photographs.Photograph;
import org.netdissect.pictures.PlainJpeg;

/**
 * The photographs that a report shows, each once. Their files are named after their contents, so
 * one that stands already need not be written again.
 */
final class Photos {
  /** A file up to this many bytes and pixels a side is shown as it is, without its profile. */
  static final int LARGEST_FILE = 200_000;

  private static final float QUALITY = 0.9f;
  private static final String VERSION = "1";

  private final ReportFolder folder;
  private final @Nullable ConceptDataset data;
  private final List<String> names;
  private final int side;
  private final Map<String, ImageRow> rows = new HashMap<>();
  private final Map<Integer, Integer> places = new LinkedHashMap<>();

  /**
   * Photographs of a dissection.
   *
   * @param data null if none will be shown
   * @param names of its images by number
   * @param side pixels that the longer side of a photograph may have
   */
  Photos(ReportFolder folder, @Nullable ConceptDataset data, List<String> names, int side) {
    this.folder = folder;
    this.data = data;
    this.names = names;
    this.side = side;
    if (data != null) {
      data.images().forEach(row -> rows.put(row.name(), row));
    }
  }

  /** The place of an image in the report's table of photographs; it is shown from now on. */
  int place(int image) {
    return places.computeIfAbsent(image, key -> places.size());
  }

  /** How many are shown. */
  int size() {
    return places.size();
  }

  /**
   * Writes them all.
   *
   * @return the table: per photograph its name, file (blank where it cannot be read), height and
   *     width as shown, and height and width as the data set states them
   */
  List<List<Object>> write(Progress progress) throws IOException {
    List<List<Object>> table = new ArrayList<>();
    int missing = 0;
    String firstMissing = "";
    try (Progress.Phase phase = progress.phase("report: photographs", places.size(), "images")) {
      for (int image : places.keySet()) {
        String name = names.get(image);
        ImageRow row = rows.get(name);
        Shown shown = null;
        try {
          shown = row == null || data == null ? null : write(data.photograph(row), row);
        } catch (DataException e) {
          firstMissing = missing == 0 ? Objects.toString(e.getMessage(), "") : firstMissing;
        }
        if (shown == null) {
          missing++;
          shown = new Shown("", 0, 0);
        }
        table.add(
            List.of(
                name,
                shown.file(),
                shown.height(),
                shown.width(),
                row == null ? 0 : row.photoHeight(),
                row == null ? 0 : row.photoWidth()));
        phase.advance(1);
      }
      phase.done();
    }
    if (missing > 0) {
      progress.warn(
          "the report lacks "
              + missing
              + (missing == 1 ? " photograph" : " photographs")
              + (firstMissing.isEmpty()
                  ? " that the data set does not have"
                  : ": " + firstMissing));
    }
    return table;
  }

  private record Shown(String file, int height, int width) {}

  private Shown write(Path path, ImageRow row) throws IOException {
    byte[] bytes = Photographs.bytes(path);
    int orientation =
        Photographs.orientation(bytes, path.toString(), row.photoHeight(), row.photoWidth());
    String file = digest(bytes, orientation) + ".jpg";
    PlainJpeg plain = bytes.length <= LARGEST_FILE && orientation == 1 ? PlainJpeg.of(bytes) : null;
    if (plain != null && Math.max(plain.height(), plain.width()) <= side) {
      if (!folder.has(ReportFolder.PHOTOS + "/" + file)) {
        folder.write(ReportFolder.PHOTOS + "/" + file, plain.bytes());
      }
      return new Shown(file, plain.height(), plain.width());
    }
    Photograph photograph =
        Photographs.decode(bytes, path.toString(), row.photoHeight(), row.photoWidth());
    double scale = Math.min(1, (double) side / Math.max(photograph.height(), photograph.width()));
    int height = Math.max(1, (int) Math.round(photograph.height() * scale));
    int width = Math.max(1, (int) Math.round(photograph.width() * scale));
    if (!folder.has(ReportFolder.PHOTOS + "/" + file)) {
      folder.write(
          ReportFolder.PHOTOS + "/" + file,
          JpegWriter.encode(photograph.resized(height, width), QUALITY));
    }
    return new Shown(file, height, width);
  }

  private String digest(byte[] bytes, int orientation) {
    MessageDigest sha = Digests.sha256();
    sha.update((VERSION + " " + side + " ").getBytes(StandardCharsets.US_ASCII));
    if (orientation > 1) {
      sha.update((orientation + " ").getBytes(StandardCharsets.US_ASCII));
    }
    return Digests.hex(sha.digest(bytes)).substring(0, 16);
  }
}
