package org.netdissect.report.page;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.LabelSets;
import org.netdissect.results.ConceptInfo;
import org.netdissect.results.Dissection;
import org.netdissect.results.FormulaInfo;
import org.netdissect.results.FormulaScore;
import org.netdissect.results.FormulaTable;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LinearTable;
import org.netdissect.results.RangeTable;
import org.netdissect.results.TopImage;

/**
 * What the page needs of formulas, where some were searched for: for each unit the formulas found
 * and its lit pixels by set of concepts; once for all units all pixels by set of concepts; for each
 * photograph that is coloured its regions. With these the page evaluates any formula by itself.
 *
 * <p>Numbers are base64 of LEB128. Concepts are told by their places in the result.
 */
final class FormulaPages {
  /** The folder's name holds a character that no layer's has. */
  private static final String FOLDER = ReportFolder.DATA + "/formulas~";

  /** Images of each unit that are coloured by a formula. */
  private static final int COLOURED = 12;

  /** Bytes of an image's regions; a finer mask is thinned out. */
  private static final int MOST_BYTES = 24_000;

  private final Dissection dissection;
  private final Photos photos;
  private final @Nullable ConceptImages images;
  private final ReportFolder out;
  private final int shown;
  private @Nullable LabelSets sets;
  private final SortedSet<Integer> coloured = new TreeSet<>();

  /**
   * Formulas of a result.
   *
   * @param images null if it is not known what images hold; then the page evaluates nothing
   * @param shown images on a unit's page; 0 for none
   */
  FormulaPages(
      Dissection dissection,
      Photos photos,
      @Nullable ConceptImages images,
      ReportFolder out,
      int shown) {
    this.dissection = dissection;
    this.photos = photos;
    this.images = images;
    this.out = out;
    this.shown = Math.min(COLOURED, shown);
  }

  /**
   * Writes the files of a layer.
   *
   * @return what the page says of the layer's formulas; null if none were searched for
   */
  @Nullable Map<String, Object> write(LayerDissection layer, Progress progress) throws IOException {
    FormulaTable table = FormulaTable.read(dissection, layer);
    if (table == null) {
      return null;
    }
    Map<Integer, List<Object>> rows = new TreeMap<>();
    for (FormulaScore score : table.scores()) {
      rows.computeIfAbsent(score.unit(), key -> new ArrayList<>()).add(row(score));
    }
    RangeTable ranges = RangeTable.read(dissection, layer);
    LinearTable linear = LinearTable.read(dissection, layer);
    Explanations others = new Explanations(ranges, linear);
    others.units(layer.units().size()).forEach(u -> rows.computeIfAbsent(u, k -> List.of()));
    boolean evaluates = images != null && layer.hasHits();
    List<List<TopImage>> top = layer.topImages();
    try (Progress.Phase phase =
            progress.phase("report: formulas of " + layer.layer().name(), rows.size(), "units");
        HitTable hits = evaluates ? layer.hits() : null) {
      for (Map.Entry<Integer, List<Object>> unit : rows.entrySet()) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("rows", unit.getValue());
        others.put(unit.getKey(), page);
        if (hits != null && images != null) {
          page.put("lit", lit(hits, sets(images), unit.getKey()));
          if (!layer.result().inactive().contains(unit.getKey())) {
            top.get(unit.getKey()).stream()
                .limit(shown)
                .forEach(image -> coloured.add(image.image()));
          }
        }
        out.write(
            ReportFolder.DATA + "/" + layer.layer().folder() + "/formulas-" + unit.getKey() + ".js",
            Page.call("formulas", layer.layer().folder(), unit.getKey(), page));
        phase.advance(1);
      }
      phase.done();
    }
    FormulaInfo info = table.info();
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("length", info.length());
    summary.put("search", info.search());
    summary.put("categories", info.categories());
    summary.put("units", rows.size() == layer.units().size() ? null : rows.keySet());
    summary.put("evaluates", evaluates);
    others.describe(dissection, summary);
    return summary;
  }

  private static List<Object> row(FormulaScore s) {
    return List.of(
        s.length(),
        s.formula(),
        s.intersect(),
        s.pixels(),
        s.mask(),
        s.proven() ? 1 : 0,
        s.bound(),
        s.imageCoverage());
  }

  /** Writes what all layers share; after them. */
  void finish() throws IOException {
    if (sets == null || images == null) {
      return;
    }
    out.write(FOLDER + "/sets-0.js", Page.call("sets", "formulas~", 0, encoded(sets)));
    for (int image : coloured) {
      int place = photos.place(image);
      out.write(
          FOLDER + "/regions-" + place + ".js",
          Page.call("regions", "formulas~", place, regions(images, sets, image)));
    }
  }

  private LabelSets sets(ConceptImages known) {
    if (sets == null) {
      int[] index = IntStream.range(0, dissection.images().size()).map(known::atlasIndex).toArray();
      sets =
          new LabelSets(
              known.atlas(),
              index,
              known.selected(),
              places(known.atlas()),
              dissection.concepts().size());
    }
    return sets;
  }

  /** By concept number its place in the result, −1 for one that it does not know. */
  private int[] places(Atlas atlas) {
    int most = 0;
    for (int l = 0; l < atlas.labelStart(atlas.firstRegion(atlas.size())); l++) {
      most = Math.max(most, atlas.label(l) >>> 8);
    }
    int[] places = new int[most + 1];
    Arrays.fill(places, -1);
    List<ConceptInfo> concepts = dissection.concepts();
    for (int i = 0; i < concepts.size(); i++) {
      if (concepts.get(i).number() <= most) {
        places[concepts.get(i).number()] = i;
      }
    }
    return places;
  }

  /** All sets: how many concepts, their places as differences, and pixels. */
  private static String encoded(LabelSets sets) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int set = 0; set < sets.size(); set++) {
      members(sets, set, bytes);
      count(bytes, sets.pixels(set));
    }
    return base64(bytes);
  }

  private static void members(LabelSets sets, int set, ByteArrayOutputStream bytes) {
    TileCodec.varint(bytes, sets.start(set + 1) - sets.start(set));
    int last = 0;
    for (int m = sets.start(set); m < sets.start(set + 1); m++) {
      TileCodec.varint(bytes, sets.member(m) - last);
      last = sets.member(m);
    }
  }

  /** A number that may exceed an int: its upper bits, then the lower 28. */
  private static void count(ByteArrayOutputStream bytes, long value) {
    TileCodec.varint(bytes, (int) (value >>> 28));
    TileCodec.varint(bytes, (int) (value & 0xfffffff));
  }

  private static String base64(ByteArrayOutputStream bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  /** A unit's lit sets, as differences, each with its lit pixels. */
  private static String lit(HitTable hits, LabelSets sets, int unit) throws IOException {
    TreeMap<Integer, Long> lit = new TreeMap<>();
    hits.read(
        unit,
        sets::regions,
        (image, region, pixels) -> lit.merge(sets.set(image, region), (long) pixels, Long::sum));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int last = 0;
    for (Map.Entry<Integer, Long> set : lit.entrySet()) {
      TileCodec.varint(bytes, set.getKey() - last);
      count(bytes, set.getValue());
      last = set.getKey();
    }
    return base64(bytes);
  }

  /**
   * An image's regions: height and width; how many regions, and of each its concepts as in {@link
   * #encoded}; then runs, rows from the top, each its region and length.
   */
  private static String regions(ConceptImages known, LabelSets all, int image) {
    Atlas atlas = known.atlas();
    int index = known.atlasIndex(image);
    int height = atlas.image(index).maskHeight();
    int width = atlas.image(index).maskWidth();
    char[] map = new char[height * width];
    atlas.readRegionMap(index, map);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int step = 1; step == 1 || bytes.size() > MOST_BYTES; step *= 2) {
      bytes.reset();
      runs(map, height, width, step, bytes);
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    int regions = atlas.image(index).regions();
    TileCodec.varint(whole, regions);
    for (int region = 0; region < regions; region++) {
      members(all, all.set(image, region), whole);
    }
    whole.writeBytes(bytes.toByteArray());
    return base64(whole);
  }

  /** Every so many pixels along both axes. */
  private static void runs(
      char[] map, int height, int width, int step, ByteArrayOutputStream bytes) {
    int tall = (height + step - 1) / step;
    int wide = (width + step - 1) / step;
    TileCodec.varint(bytes, tall);
    TileCodec.varint(bytes, wide);
    int run = 0;
    int region = map[0];
    for (int p = 0; p < tall * wide; p++) {
      int here = map[p / wide * step * width + p % wide * step];
      if (here != region) {
        TileCodec.varint(bytes, region);
        TileCodec.varint(bytes, run);
        region = here;
        run = 0;
      }
      run++;
    }
    TileCodec.varint(bytes, region);
    TileCodec.varint(bytes, run);
  }
}
