package org.netdissect.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.netdissect.concepts.Progress;
import org.netdissect.dissection.ActivationMaps;
import org.netdissect.dissection.ConceptCounts;
import org.netdissect.dissection.ConceptInfo;
import org.netdissect.dissection.Dissection;
import org.netdissect.dissection.LabelScore;
import org.netdissect.dissection.LayerDissection;
import org.netdissect.dissection.LayerInfo;
import org.netdissect.dissection.TopImage;
import org.netdissect.dissection.UnitScore;
import org.netdissect.networks.ReceptiveField;

/**
 * What the page knows of one layer: the scores of all units, which go into the page itself; files
 * with the first tiles of several units each, for the grid; and a file for each unit.
 */
final class LayerPages {
  /** Units whose first tiles share a file; consecutive ones by score. */
  static final int UNITS_A_FILE = 24;

  /** Tiles of a unit in the grid. */
  static final int GRID_TILES = 8;

  /** Best concepts of each category listed for a unit. */
  private static final int RUNNERS_UP = 5;

  private final Dissection dissection;
  private final LayerDissection dissected;
  private final LayerInfo layer;
  private final Photos photos;
  private final ReportFolder out;
  private final int images;

  LayerPages(
      Dissection dissection,
      LayerDissection dissected,
      Photos photos,
      ReportFolder out,
      int images) {
    this.dissection = dissection;
    this.dissected = dissected;
    this.layer = dissected.layer();
    this.photos = photos;
    this.out = out;
    this.images = images;
  }

  /** Writes the files of the layer; returns what goes into the page. */
  Map<String, Object> write(Progress progress) throws IOException {
    List<UnitScore> units = dissected.units();
    List<Integer> order =
        units.stream()
            .sorted(
                Comparator.comparingDouble((UnitScore unit) -> -unit.label().iou())
                    .thenComparingInt(UnitScore::unit))
            .map(UnitScore::unit)
            .toList();
    List<List<TopImage>> top = dissected.topImages();
    progress.begin("report: " + layer.name(), units.size(), "units");
    try (ActivationMaps maps = dissected.hasMaps() ? dissected.maps() : null;
        ConceptCounts counts = dissected.conceptCounts()) {
      for (int from = 0; from < order.size(); from += UNITS_A_FILE) {
        Map<Integer, Object> grid = new LinkedHashMap<>();
        for (int unit : order.subList(from, Math.min(from + UNITS_A_FILE, order.size()))) {
          List<List<Object>> tiles = tiles(units.get(unit), top.get(unit), maps);
          grid.put(unit, tiles.subList(0, Math.min(GRID_TILES, tiles.size())));
          Map<String, Object> page = new LinkedHashMap<>();
          page.put("tiles", tiles);
          page.put("ranked", ranked(counts.read(unit)));
          out.write(name("unit-" + unit), Page.call("unit", layer.folder(), unit, page));
          progress.advance(1);
        }
        int file = from / UNITS_A_FILE;
        out.write(name("grid-" + file), Page.call("grid", layer.folder(), file, grid));
      }
    }
    progress.end();
    return summary(units, order);
  }

  private String name(String file) {
    return ReportFolder.DATA + "/" + layer.folder() + "/" + file + ".js";
  }

  /** Per top image its photograph, the unit's largest activation on it, and its map. */
  private List<List<Object>> tiles(UnitScore unit, List<TopImage> top, ActivationMaps maps)
      throws IOException {
    // A unit that is zero everywhere has no images that say anything about it.
    List<TopImage> shown =
        dissected.result().inactive().contains(unit.unit())
            ? List.of()
            : top.subList(0, Math.min(images, top.size()));
    Map<Integer, String> encoded = new HashMap<>();
    shown.forEach(image -> encoded.put(image.image(), ""));
    if (maps != null && !shown.isEmpty()) {
      maps.read(
          unit.unit(),
          (image, cells, index, value) -> {
            if (encoded.containsKey(image)) {
              encoded.put(image, TileCodec.encode(cells, index, value, unit.threshold()));
            }
          });
    }
    List<List<Object>> tiles = new ArrayList<>();
    for (TopImage image : shown) {
      tiles.add(
          List.of(photos.place(image.image()), image.activation(), encoded.get(image.image())));
    }
    return tiles;
  }

  /** By category the best concepts: place in the page's table and intersection. */
  private List<List<Object>> ranked(ConceptCounts.OfUnit counts) {
    List<ConceptInfo> concepts = dissection.concepts();
    Map<Integer, Integer> places = new HashMap<>();
    for (int i = 0; i < concepts.size(); i++) {
      places.put(concepts.get(i).number(), i);
    }
    record Met(int place, long intersection, double iou) {}
    List<List<Object>> ranked = new ArrayList<>();
    for (int c = 0; c < dissection.categories().size(); c++) {
      List<Met> met = new ArrayList<>();
      for (int i = 0; i < counts.number().length; i++) {
        Integer place = places.get(counts.number()[i]);
        if (place == null
            || !concepts.get(place).category().equals(dissection.categories().get(c))) {
          continue;
        }
        long intersection = counts.intersection()[i];
        long union = counts.activation()[c] + concepts.get(place).truth() - intersection;
        met.add(new Met(place, intersection, union > 0 ? (double) intersection / union : 0));
      }
      met.sort(Comparator.comparingDouble(m -> -m.iou()));
      List<Object> best = new ArrayList<>();
      for (Met m : met.subList(0, Math.min(RUNNERS_UP, met.size()))) {
        best.add(List.of(m.place(), m.intersection()));
      }
      ranked.add(best);
    }
    return ranked;
  }

  private Map<String, Object> summary(List<UnitScore> units, List<Integer> order) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("name", layer.name());
    summary.put("folder", layer.folder());
    summary.put("kind", layer.kind());
    summary.put("height", layer.height());
    summary.put("width", layer.width());
    summary.put("field", field(layer.field()));
    summary.put("hasMaps", dissected.hasMaps());
    summary.put("valuesPerUnit", dissected.result().valuesPerUnit());
    summary.put("empty", dissected.result().emptyMasks());
    summary.put("inactive", dissected.result().inactive());
    summary.put("unitsAFile", UNITS_A_FILE);
    summary.put("order", order);
    summary.put("thresholds", units.stream().map(UnitScore::threshold).toList());
    summary.put("best", units.stream().map(UnitScore::best).toList());
    // Labels once; per unit and category: place of the label (−1 for none), G, A, I.
    Map<String, Integer> labels = new LinkedHashMap<>();
    List<Long> scores = new ArrayList<>();
    for (UnitScore unit : units) {
      for (LabelScore score : unit.byCategory()) {
        scores.add(
            score.label().isBlank()
                ? -1L
                : labels.computeIfAbsent(score.label(), key -> labels.size()));
        scores.add(score.truth());
        scores.add(score.activation());
        scores.add(score.intersection());
      }
    }
    summary.put("labels", new ArrayList<>(labels.keySet()));
    summary.put("scores", scores);
    return summary;
  }

  private static Object field(ReceptiveField field) {
    if (field == null || !field.isKnown()) {
      return null;
    }
    return List.of(axis(field.y()), axis(field.x()));
  }

  private static List<Double> axis(ReceptiveField.Axis axis) {
    return List.of(axis.offset(), axis.size(), axis.step());
  }
}
