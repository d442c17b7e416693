package org.netdissect.report.page;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.results.ConceptCounts;
import org.netdissect.results.ConceptInfo;
import org.netdissect.results.Dissection;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;

/**
 * A file for each concept: the units of all layers that agree with it best, whether or not it is
 * their best label, and images that hold it.
 */
final class ConceptPages {
  /** The folder's name holds a character that no layer's has. */
  static final String FOLDER = ReportFolder.DATA + "/concepts~";

  private static final int UNITS = 48;
  private static final int EXAMPLES = 12;

  private final Dissection dissection;
  private final Photos photos;
  private final @Nullable ConceptImages images;
  private final ReportFolder out;

  ConceptPages(
      Dissection dissection, Photos photos, @Nullable ConceptImages images, ReportFolder out) {
    this.dissection = dissection;
    this.photos = photos;
    this.images = images;
    this.out = out;
  }

  private record Agrees(int layer, int unit, long intersection, long activation, double iou) {}

  /** Writes the files; tells which concepts have one, by their place in the result. */
  boolean[] write(Progress progress) throws IOException {
    List<ConceptInfo> concepts = dissection.concepts();
    Map<Integer, Integer> places = new HashMap<>();
    List<List<Agrees>> best = new ArrayList<>();
    for (int i = 0; i < concepts.size(); i++) {
      places.put(concepts.get(i).number(), i);
      best.add(new ArrayList<>());
    }
    Comparator<Agrees> order =
        Comparator.comparingDouble((Agrees agrees) -> -agrees.iou())
            .thenComparingInt(Agrees::layer)
            .thenComparingInt(Agrees::unit);
    for (int l = 0; l < dissection.layers().size(); l++) {
      LayerDissection layer = dissection.layers().get(l);
      if (!layer.hasConceptCounts()) {
        return new boolean[concepts.size()];
      }
      try (ConceptCounts counts = layer.conceptCounts()) {
        for (int unit = 0; unit < layer.layer().units(); unit++) {
          ConceptCounts.OfUnit of = counts.read(unit);
          for (int i = 0; i < of.number().length; i++) {
            Integer place = places.get(of.number()[i]);
            if (place != null) {
              ConceptInfo concept = concepts.get(place);
              long activation =
                  of.activation()[dissection.categories().indexOf(concept.category())];
              long intersection = of.intersection()[i];
              best.get(place)
                  .add(
                      new Agrees(
                          l,
                          unit,
                          intersection,
                          activation,
                          LabelScore.iou(intersection, activation, concept.truth())));
            }
          }
        }
      }
      // Kept short between layers, so that wide networks do not fill the memory.
      for (List<Agrees> list : best) {
        list.sort(order);
        if (list.size() > UNITS) {
          list.subList(UNITS, list.size()).clear();
        }
      }
    }
    boolean[] written = new boolean[concepts.size()];
    try (Progress.Phase phase = progress.phase("report: concepts", concepts.size(), "concepts")) {
      for (int place = 0; place < concepts.size(); place++) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put(
            "units",
            best.get(place).stream()
                .map(a -> List.of(a.layer(), a.unit(), a.intersection(), a.activation()))
                .toList());
        page.put("examples", examples(concepts.get(place)));
        out.write(
            FOLDER + "/concept-" + place + ".js", Page.call("concept", "concepts~", place, page));
        written[place] = true;
        phase.advance(1);
      }
      phase.done();
    }
    return written;
  }

  /** The images with most of it: photograph, pixels, mask. */
  private List<Object> examples(ConceptInfo concept) {
    List<Object> examples = new ArrayList<>();
    if (images != null) {
      int[] of = images.of(concept.number());
      for (int i = 0; i < Math.min(EXAMPLES, of.length); i++) {
        examples.add(
            Arrays.asList(
                photos.place(of[i]),
                images.pixels(concept.number(), i),
                images.mask(of[i], concept.number())));
      }
    }
    return examples;
  }
}
