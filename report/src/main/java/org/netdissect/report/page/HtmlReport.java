package org.netdissect.report.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.results.ConceptInfo;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.LayerDissection;

/**
 * The report of a result: one folder that opens from disk in a browser, offline. {@code index.html}
 * holds the page and all scores; {@code data/} what single units show, fetched when looked at;
 * {@code photos/} every photograph that is shown, once. Masks are drawn by the page from the
 * trimmed activation maps.
 *
 * <p>Writing it again replaces the old report; photographs that stand there already are kept. The
 * page is written last, so that a report cut off within writing is none.
 */
public final class HtmlReport {
  private static final int LEAST_SIDE = 64;

  /** Photographs whose size is looked at to estimate that of all. */
  private static final int SAMPLED = 200;

  /** Bytes of a photograph that was made smaller, at most but for few. */
  private static final long LARGEST_PHOTO = 60_000;

  private final Dissection dissection;
  private final @Nullable ConceptDataset data;
  private final AtlasOptions atlas;
  private final int images;
  private final int side;
  private final boolean insist;

  private HtmlReport(
      Dissection dissection,
      @Nullable ConceptDataset data,
      AtlasOptions atlas,
      int images,
      int side,
      boolean insist) {
    this.dissection = dissection;
    this.data = data;
    this.atlas = atlas;
    this.images = images;
    this.side = side;
    this.insist = insist;
  }

  /**
   * The report of a result: 50 images a unit, photographs of at most 400 pixels a side.
   *
   * @param data the data set that was dissected with, for its photographs; null to go without any,
   *     as for an imported result
   */
  public static HtmlReport of(Dissection dissection, @Nullable ConceptDataset data) {
    return new HtmlReport(dissection, data, AtlasOptions.defaults(), 50, 400, false);
  }

  /**
   * About how many bytes the report of {@link #of} takes: its photographs, as large as a sample of
   * the data set's, and 300 bytes a tile.
   *
   * @param units of all layers
   * @param images that were dissected with
   */
  public static long estimate(ConceptDataset data, int units, long images) {
    List<ImageRow> rows = data.images();
    long bytes = 0;
    int read = 0;
    for (int i = 0; i < rows.size(); i += 1 + rows.size() / SAMPLED) {
      try {
        bytes += Math.min(LARGEST_PHOTO, Files.size(data.photograph(rows.get(i))));
        read++;
      } catch (IOException e) {
        // Not shown, then.
      }
    }
    double tiles = 50.0 * units;
    // As many as are shown if each unit's images are any.
    double shown = images == 0 ? 0 : images * (1 - Math.exp(-tiles / images));
    return (long) (shown * bytes / Math.max(1, read) + tiles * TileCodec.AIM);
  }

  /** The same with the compiled data set found, or put, as these options say. */
  public HtmlReport withAtlas(AtlasOptions options) {
    return new HtmlReport(dissection, data, options, images, side, insist);
  }

  /**
   * The same with another number of images on a unit's page.
   *
   * @param count 1 to 50; a result holds no more
   */
  public HtmlReport withImages(int count) {
    if (count < 1 || count > 50) {
      throw new IllegalArgumentException("images of a unit must be 1 to 50: " + count);
    }
    return new HtmlReport(dissection, data, atlas, count, side, insist);
  }

  /**
   * The same with photographs of another size.
   *
   * @param pixels that the longer side may have, at least 64
   */
  public HtmlReport withPhotoSide(int pixels) {
    if (pixels < LEAST_SIDE || pixels > 4096) {
      throw new IllegalArgumentException(
          "photographs must have 64 to 4096 pixels a side: " + pixels);
    }
    return new HtmlReport(dissection, data, atlas, images, pixels, insist);
  }

  /**
   * The same, but refused, before anything is written, where the data set is not the one that was
   * dissected with any more. Otherwise that is told and the report goes without what it would show.
   */
  public HtmlReport withRightDataOnly() {
    return new HtmlReport(dissection, data, atlas, images, side, true);
  }

  /** Whether a finished report stands in a folder. */
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(ReportFolder.PAGE));
  }

  /** Whether a report in a folder, finished or not, has photographs that others may lack. */
  public static boolean hasPhotographs(Path folder) throws IOException {
    Path photos = folder.resolve(ReportFolder.PHOTOS);
    if (!Files.isDirectory(photos)) {
      return false;
    }
    try (Stream<Path> files = Files.list(photos)) {
      return files.findAny().isPresent();
    }
  }

  /**
   * Writes the report.
   *
   * @param folder made if absent; what an earlier report left there is replaced
   * @throws IOException if the result is damaged or the folder cannot be written
   */
  public void write(Path folder, Progress progress) throws IOException {
    ConceptDataset shown = dissection.info().imported() == null ? data : null;
    boolean pictures = shown != null;
    try (ConceptImages concepts =
        shown == null ? null : ConceptImages.open(dissection, shown, atlas, insist, progress)) {
      ReportFolder out = ReportFolder.begin(folder, List.of());
      Photos photos = new Photos(out, shown, dissection.images(), side);
      LabelMasks masks = new LabelMasks();
      int perUnit = pictures ? images : 0;
      FormulaPages formulas = new FormulaPages(dissection, photos, concepts, out, perUnit);
      List<Object> layers = new ArrayList<>();
      for (LayerDissection layer : dissection.layers()) {
        Map<String, Object> page =
            new LayerPages(dissection, layer, photos, concepts, masks, out, perUnit)
                .write(progress);
        Map<String, Object> found = formulas.write(layer, progress);
        if (found != null) {
          page.put("formulas", found);
        }
        layers.add(page);
      }
      formulas.finish();
      if (concepts != null) {
        masks.write(dissection, photos, concepts, out);
      }
      boolean[] known = new ConceptPages(dissection, photos, concepts, out).write(progress);
      Map<String, Object> root = new LinkedHashMap<>();
      DissectionInfo info = dissection.info();
      root.put("tool", info.tool());
      root.put("network", info.network());
      root.put("preprocessing", info.network().describePreprocessing());
      root.put("small", info.fewImages());
      root.put("data", info.data());
      root.put("rules", info.rules());
      root.put("images", info.images());
      root.put("imported", info.imported());
      root.put("pictures", pictures);
      root.put("misses", concepts != null);
      root.put("categories", dissection.categories());
      root.put("unlabelled", dissection.isUnlabelled());
      List<Object> table = new ArrayList<>();
      for (int i = 0; i < known.length; i++) {
        ConceptInfo concept = dissection.concepts().get(i);
        table.add(
            List.of(
                concept.number(),
                concept.name(),
                dissection.categories().indexOf(concept.category()),
                concept.truth(),
                concept.images(),
                known[i] ? 1 : 0));
      }
      root.put("concepts", table);
      root.put("layers", layers);
      root.put("photos", photos.write(progress));
      out.finish(Page.html(dissection, root));
    }
  }
}
