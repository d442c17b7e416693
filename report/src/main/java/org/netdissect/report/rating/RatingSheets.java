package org.netdissect.report.rating;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Unfinished;
import org.netdissect.base.files.WholeFile;
import org.netdissect.base.threads.InOrder;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.pictures.JpegWriter;
import org.netdissect.report.figures.UnitPhotos;
import org.netdissect.report.page.Page;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TopImage;
import org.netdissect.results.UnitScore;

/**
 * The sheets of a study: a page for each rater that holds everything it shows and needs neither a
 * server nor a network. It keeps every answer in the browser at once and saves all as one file.
 */
public final class RatingSheets {
  private static final String COMMAND = "netdissect rate";

  /** Pixels of a picture's longer side. */
  private static final int SIDE = 200;

  private static final float QUALITY = 0.8f;

  /** Pictures of a sheet; more would be too large a page for a phone. */
  private static final int MOST_PICTURES = 6_000;

  private final Dissection dissection;
  private final List<LayerDissection> layers;
  private final ConceptDataset data;
  private final int images;

  /**
   * Sheets of a result.
   *
   * @param layers by the numbers that items give
   * @param data that was dissected with
   * @param images of each unit
   */
  public RatingSheets(
      Dissection dissection, List<LayerDissection> layers, ConceptDataset data, int images) {
    this.dissection = dissection;
    this.layers = List.copyOf(layers);
    this.data = data;
    this.images = images;
  }

  /**
   * What a rater is asked.
   *
   * @param id by which the answer names it
   * @param layer place of the unit's layer
   * @param unit whose pictures are shown
   * @param phrase that may describe them
   */
  public record Item(String id, int layer, int unit, String phrase) {}

  /**
   * What goes into the sheets besides pictures.
   *
   * @param id of the study
   * @param key that is saved with the answers; the page does not look at it
   * @param orders by rater, the items as they come
   */
  public record Content(String id, String key, List<List<Item>> orders) {
    public Content {
      orders = orders.stream().map(List::copyOf).toList();
    }
  }

  private record Shown(int layer, int unit) {}

  /**
   * Writes {@code rater-1.html} and so on.
   *
   * @param folder new, empty, or left unfinished by an earlier try
   * @return the sheets
   */
  public List<Path> write(Content content, Path folder, int workers, Progress progress)
      throws IOException {
    Set<Shown> shown = new LinkedHashSet<>();
    content.orders().get(0).forEach(item -> shown.add(new Shown(item.layer(), item.unit())));
    if ((long) shown.size() * images > MOST_PICTURES) {
      throw new DataException(
          shown.size()
              + " units with "
              + images
              + " images each are too many for a sheet; take fewer --units or --images ("
              + MOST_PICTURES
              + " pictures in all at most)");
    }
    List<Path> sheets = new ArrayList<>();
    try (Unfinished unfinished = Unfinished.begin(folder, COMMAND)) {
      Map<String, List<String>> pictures = pictures(List.copyOf(shown), workers, progress);
      for (int rater = 1; rater <= content.orders().size(); rater++) {
        Path sheet = folder.resolve("rater-" + rater + ".html");
        unfinished.writingWhole(sheet);
        WholeFile.text(sheet, page(content, rater, pictures));
        sheets.add(sheet);
      }
      unfinished.finish();
    }
    return sheets;
  }

  /** By unit, its pictures as base64 of JPEG files. */
  private Map<String, List<String>> pictures(List<Shown> shown, int workers, Progress progress)
      throws IOException {
    List<UnitPhotos> photos = new ArrayList<>();
    List<List<List<TopImage>>> top = new ArrayList<>();
    for (LayerDissection layer : layers) {
      photos.add(new UnitPhotos(dissection, layer, data));
      top.add(layer.topImages());
    }
    Map<String, List<String>> pictures = new LinkedHashMap<>();
    try (Progress.Phase phase = progress.phase("pictures", shown.size(), "units")) {
      InOrder.run(
          workers,
          0,
          shown.size(),
          "pictures",
          i -> {
            Shown one = shown.get(i);
            return pictures(
                photos.get(one.layer()),
                layers.get(one.layer()).units().get(one.unit()),
                top.get(one.layer()).get(one.unit()));
          },
          (i, ofUnit) -> {
            pictures.put(shown.get(i).layer() + "/" + shown.get(i).unit(), ofUnit);
            phase.advance(1);
          });
      phase.done();
    }
    return pictures;
  }

  private List<String> pictures(UnitPhotos photos, UnitScore unit, List<TopImage> top)
      throws IOException {
    List<TopImage> first = top.subList(0, Math.min(images, top.size()));
    Map<Integer, float @Nullable []> maps = photos.maps(unit, first);
    List<String> pictures = new ArrayList<>();
    for (TopImage image : first) {
      pictures.add(
          Base64.getEncoder()
              .encodeToString(
                  JpegWriter.encode(
                      photos.lit(
                          unit,
                          image.image(),
                          maps.get(image.image()),
                          SIDE,
                          UnitPhotos.Fit.CONTAIN),
                      QUALITY)));
    }
    return pictures;
  }

  private static String page(Content content, int rater, Map<String, List<String>> pictures) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("study", content.id());
    root.put("rater", rater);
    root.put(
        "items",
        content.orders().get(rater - 1).stream()
            .map(item -> List.of(item.id(), item.layer() + "/" + item.unit(), item.phrase()))
            .toList());
    root.put("pictures", pictures);
    root.put("key", content.key());
    // What comes from outside goes in last, so that nothing in it is taken for a place to fill.
    String[] parts =
        Page.resource(RatingSheets.class, "rate.html")
            .replace("{{TITLE}}", "Rater " + rater)
            .replace("{{STYLE}}", Page.resource(Page.class, "style.css"))
            .replace("{{SCRIPT}}", Page.resource(RatingSheets.class, "rate.js"))
            .split("\\{\\{DATA\\}\\}", -1);
    if (parts.length != 2) {
      throw new IllegalStateException("rate.html has " + parts.length + " parts");
    }
    return parts[0] + Page.json(root) + parts[1];
  }
}
