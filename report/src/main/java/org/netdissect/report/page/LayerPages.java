package org.netdissect.report.page;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.ActivationHistograms;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.BasisInfo;
import org.netdissect.results.ConceptCounts;
import org.netdissect.results.ConceptInfo;
import org.netdissect.results.DirectionTable.Coefficient;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.HitTable;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.MeasureTable;
import org.netdissect.results.TopImage;
import org.netdissect.results.TrustTable;
import org.netdissect.results.UnitScore;

/**
 * What the page knows of one layer: the scores of all units, which go into the page itself; files
 * with the first tiles of several units each, for the grid; and a file for each unit.
 */
public final class LayerPages {
  /** Units whose first tiles share a file; consecutive ones by score. */
  static final int UNITS_A_FILE = 24;

  /** Tiles of a unit in the grid. */
  static final int GRID_TILES = 8;

  /** Best concepts of each category listed for a unit. */
  private static final int RUNNERS_UP = 5;

  /** Images of each kind of error. */
  private static final int ELSEWHERE = 8;

  private static final int BINS = 64;

  private final Dissection dissection;
  private final LayerDissection dissected;
  private final LayerInfo layer;
  private final Photos photos;
  private final @Nullable ConceptImages concepts;
  private final LabelMasks masks;
  private final ReportFolder out;
  private final int images;

  /**
   * A layer's pages.
   *
   * @param concepts null if it is not known which images hold what
   * @param masks takes note of where labels will be outlined
   * @param images on a unit's page; 0 for none
   */
  LayerPages(
      Dissection dissection,
      LayerDissection dissected,
      Photos photos,
      @Nullable ConceptImages concepts,
      LabelMasks masks,
      ReportFolder out,
      int images) {
    this.dissection = dissection;
    this.dissected = dissected;
    this.layer = dissected.layer();
    this.photos = photos;
    this.concepts = concepts;
    this.masks = masks;
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
    TrustTable trust = TrustTable.read(dissection, dissected);
    List<List<Object>> trustRows = trust == null ? List.of() : TrustPages.rows(trust);
    MeasureTable measures = MeasureTable.read(dissection, dissected);
    List<Map<String, Object>> measured =
        measures == null ? List.of() : MeasurePages.units(measures);
    List<List<Coefficient>> coefficients =
        dissected.hasCoefficients() ? dissected.coefficients() : List.of();
    List<Object> marks = new ArrayList<>(Collections.nCopies(units.size(), null));
    try (Progress.Phase phase = progress.phase("report: " + layer.name(), units.size(), "units");
        ActivationMaps maps = images > 0 && dissected.hasMaps() ? dissected.maps() : null;
        HitTable hits = concepts != null && dissected.hasHits() ? dissected.hits() : null;
        ActivationHistograms histograms =
            dissected.hasHistograms() ? dissected.histograms() : null;
        ConceptCounts counts = dissected.hasConceptCounts() ? dissected.conceptCounts() : null) {
      for (int from = 0; from < order.size(); from += UNITS_A_FILE) {
        Map<Integer, Object> grid = new LinkedHashMap<>();
        for (int number : order.subList(from, Math.min(from + UNITS_A_FILE, order.size()))) {
          UnitScore unit = units.get(number);
          Annotated annotated = annotated(unit.label());
          Presence presence = annotated == null ? null : annotated.presence();
          Pictures pictures = pictures(unit, top.get(number), maps, presence);
          marks.set(number, annotated == null ? null : pictures.marks());
          if (annotated != null) {
            top.get(number).stream()
                .limit(pictures.tiles.size())
                .filter(image -> annotated.presence().holds(image.image()))
                .forEach(image -> masks.add(annotated.concept(), image.image()));
          }
          grid.put(number, pictures.tiles.subList(0, Math.min(GRID_TILES, pictures.tiles.size())));
          Map<String, Object> page = new LinkedHashMap<>();
          page.put("tiles", pictures.tiles);
          page.put("ranked", counts == null ? null : ranked(counts.read(number)));
          page.put("trust", trust == null ? null : trustRows.get(number));
          page.put("measures", measures == null ? null : measured.get(number));
          if (dissected.hasCoefficients()) {
            page.put(
                "coefficients",
                coefficients.get(number).stream()
                    .map(one -> List.of(one.unit(), one.value(), one.share()))
                    .toList());
          }
          page.put("histogram", histograms == null ? null : Spread.of(histograms, number, BINS));
          if (annotated != null) {
            page.put("elsewhere", pictures.elsewhere);
            if (hits != null) {
              misses(unit, annotated, hits, page);
            }
          }
          out.write(name("unit-" + number), Page.call("unit", layer.folder(), number, page));
          phase.advance(1);
        }
        int file = from / UNITS_A_FILE;
        out.write(name("grid-" + file), Page.call("grid", layer.folder(), file, grid));
      }
      phase.done();
    }
    Map<String, Object> summary = summary(units, order);
    summary.put("marks", concepts == null ? null : marks);
    summary.put("measures", measures == null ? null : MeasurePages.summary(measures));
    if (trust != null) {
      DissectionInfo info = dissection.info();
      summary.put(
          "trust",
          TrustPages.summary(
              trust, dissection.categories(), info.images().read(), info.rules().iou()));
    }
    return summary;
  }

  private String name(String file) {
    return ReportFolder.DATA + "/" + layer.folder() + "/" + file + ".js";
  }

  /** What the data set says of a unit's concept. */
  private record Annotated(ConceptImages images, ConceptInfo concept, Presence presence) {}

  /** Null for a blank label, or if it is not known which images hold what. */
  private @Nullable Annotated annotated(LabelScore label) {
    if (concepts == null || label.label().isBlank()) {
      return null;
    }
    ConceptInfo concept = dissection.concept(label.number());
    return concept == null ? null : new Annotated(concepts, concept, concepts.presence(concept));
  }

  /** What a unit's page shows of photographs. */
  private static final class Pictures {
    /** The top images: photograph, largest activation, map, {@link Presence} of the concept. */
    final List<List<Object>> tiles = new ArrayList<>();

    /** Where it fires most although its concept is annotated as absent; as above. */
    final List<List<Object>> elsewhere = new ArrayList<>();

    /** Of the top images: how many hold the concept, and how many have its category annotated. */
    List<Integer> marks() {
      int holds = 0;
      int annotated = 0;
      for (List<Object> tile : tiles) {
        holds += tile.get(3).equals(Presence.HOLDS) ? 1 : 0;
        annotated += tile.get(3).equals(Presence.NOT_ANNOTATED) ? 0 : 1;
      }
      return List.of(holds, annotated, tiles.size());
    }
  }

  private record Fired(int image, float peak) {}

  private Pictures pictures(
      UnitScore unit,
      List<TopImage> top,
      @Nullable ActivationMaps maps,
      @Nullable Presence presence)
      throws IOException {
    Pictures pictures = new Pictures();
    // A unit that is zero everywhere has no images that say anything about it.
    List<TopImage> shown =
        dissected.result().inactive().contains(unit.unit())
            ? List.of()
            : top.subList(0, Math.min(images, top.size()));
    Set<Integer> wanted = new HashSet<>();
    shown.forEach(image -> wanted.add(image.image()));
    Map<Integer, String> encoded = new HashMap<>();
    PriorityQueue<Fired> highest =
        new PriorityQueue<>(
            Comparator.comparingDouble((Fired fired) -> fired.peak())
                .thenComparingInt(fired -> -fired.image()));
    if (maps != null && !shown.isEmpty()) {
      maps.read(
          unit.unit(),
          (image, cells, index, value) -> {
            boolean keep = wanted.contains(image);
            if (presence != null && presence.of(image) == Presence.ABSENT) {
              float peak = Float.NEGATIVE_INFINITY;
              for (int c = 0; c < cells; c++) {
                peak = Math.max(peak, value[c]);
              }
              highest.add(new Fired(image, peak));
              keep |= highest.size() <= ELSEWHERE || highest.peek().image() != image;
              if (highest.size() > ELSEWHERE) {
                int dropped = highest.remove().image();
                if (!wanted.contains(dropped)) {
                  encoded.remove(dropped);
                }
              }
            }
            if (keep) {
              encoded.put(image, TileCodec.encode(cells, index, value, unit.threshold()));
            }
          });
    }
    for (TopImage image : shown) {
      pictures.tiles.add(
          List.of(
              photos.place(image.image()),
              image.activation(),
              encoded.getOrDefault(image.image(), ""),
              presence == null ? Presence.UNKNOWN : presence.of(image.image())));
    }
    while (!highest.isEmpty()) {
      Fired fired = highest.remove();
      pictures.elsewhere.add(
          0,
          List.of(
              photos.place(fired.image()),
              fired.peak(),
              encoded.get(fired.image()),
              Presence.ABSENT));
    }
    return pictures;
  }

  /** Where the concept is largest although the unit's mask is empty: photograph, pixels, mask. */
  private void misses(UnitScore unit, Annotated annotated, HitTable hits, Map<String, Object> page)
      throws IOException {
    ConceptImages known = annotated.images();
    int concept = annotated.concept().number();
    boolean[] fires = new boolean[dissection.images().size()];
    hits.read(unit.unit(), known::regions, (image, region, pixels) -> fires[image] = true);
    List<Object> misses = new ArrayList<>();
    int[] holders = known.of(concept);
    int missed = 0;
    for (int i = 0; i < holders.length; i++) {
      if (!fires[holders[i]]) {
        missed++;
        if (misses.size() < ELSEWHERE) {
          misses.add(
              Arrays.asList(
                  photos.place(holders[i]),
                  known.pixels(concept, i),
                  known.mask(holders[i], concept)));
        }
      }
    }
    page.put("misses", misses);
    int elsewhere = 0;
    int unannotated = 0;
    for (int image = 0; image < fires.length; image++) {
      int present = annotated.presence().of(image);
      elsewhere += fires[image] && present == Presence.ABSENT ? 1 : 0;
      unannotated += fires[image] && present == Presence.NOT_ANNOTATED ? 1 : 0;
    }
    page.put("elsewhereCount", elsewhere);
    page.put("unannotatedCount", unannotated);
    page.put("missed", missed);
    page.put("holders", holders.length);
  }

  /** By category the best concepts: place in the page's table and intersection. */
  private List<List<Object>> ranked(ConceptCounts.OfUnit counts) {
    List<ConceptInfo> all = dissection.concepts();
    Map<Integer, Integer> places = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      places.put(all.get(i).number(), i);
    }
    record Met(int place, long intersection, double iou) {}
    List<List<Object>> ranked = new ArrayList<>();
    for (int c = 0; c < dissection.categories().size(); c++) {
      List<Met> met = new ArrayList<>();
      for (int i = 0; i < counts.number().length; i++) {
        Integer place = places.get(counts.number()[i]);
        if (place == null || !all.get(place).category().equals(dissection.categories().get(c))) {
          continue;
        }
        long intersection = counts.intersection()[i];
        double iou = LabelScore.iou(intersection, counts.activation()[c], all.get(place).truth());
        met.add(new Met(place, intersection, iou));
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
    basis(layer, summary);
    summary.put("height", layer.height());
    summary.put("width", layer.width());
    summary.put("field", field(layer.field()));
    summary.put("hasMaps", dissected.hasMaps());
    summary.put("valuesPerUnit", dissected.result().valuesPerUnit());
    summary.put("empty", dissected.result().emptyMasks());
    summary.put("inactive", dissected.result().inactive());
    summary.put("unitsAFile", UNITS_A_FILE);
    summary.put("order", order);
    summary.put(
        "thresholds",
        units.stream().map(u -> Float.isNaN(u.threshold()) ? null : u.threshold()).toList());
    scores(units, dissection.categories(), summary);
    return summary;
  }

  /** What a view is a view of; nothing for other layers. */
  public static void basis(LayerInfo layer, Map<String, Object> into) {
    BasisInfo basis = layer.basis();
    if (basis != null) {
      Map<String, Object> view = new LinkedHashMap<>();
      view.put("layer", basis.layer());
      view.put("kind", basis.kind());
      view.put("seed", basis.seed());
      view.put("alpha", basis.alpha());
      into.put("basis", view);
    }
  }

  /**
   * The scores of all units: every label once, and per unit and category the place of its label (−1
   * for none), G, A and I; and per unit the place of its best category.
   *
   * @param categories in the order wanted; one that the units were not scored in has no label
   */
  public static void scores(
      List<UnitScore> units, List<String> categories, Map<String, Object> into) {
    Map<String, Integer> labels = new LinkedHashMap<>();
    List<Long> scores = new ArrayList<>();
    List<Integer> best = new ArrayList<>();
    for (UnitScore unit : units) {
      Map<String, LabelScore> byCategory = new HashMap<>();
      unit.byCategory().forEach(score -> byCategory.put(score.category(), score));
      for (String category : categories) {
        LabelScore score = byCategory.get(category);
        if (score == null) {
          scores.addAll(List.of(-1L, 0L, 0L, 0L));
          continue;
        }
        scores.add(
            score.label().isBlank()
                ? -1L
                : labels.computeIfAbsent(score.label(), key -> labels.size()));
        scores.add(score.truth());
        scores.add(score.activation());
        scores.add(score.intersection());
      }
      best.add(categories.indexOf(unit.label().category()));
    }
    into.put("best", best);
    into.put("labels", new ArrayList<>(labels.keySet()));
    into.put("scores", scores);
  }

  private static @Nullable Object field(@Nullable ReceptiveField field) {
    if (field == null || !field.isKnown()) {
      return null;
    }
    return List.of(axis(field.y()), axis(field.x()));
  }

  private static List<Double> axis(ReceptiveField.Axis axis) {
    return List.of(axis.offset(), axis.size(), axis.step());
  }
}
