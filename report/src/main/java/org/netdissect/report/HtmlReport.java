package org.netdissect.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.Progress;
import org.netdissect.dissection.ConceptInfo;
import org.netdissect.dissection.Dissection;
import org.netdissect.dissection.DissectionInfo;
import org.netdissect.dissection.LayerDissection;

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
  private static final int SIDE = 400;
  private static final int IMAGES = 50;

  private final Dissection dissection;
  private final ConceptDataset data;

  private HtmlReport(Dissection dissection, ConceptDataset data) {
    this.dissection = dissection;
    this.data = data;
  }

  /**
   * The report of a result.
   *
   * @param data the data set that was dissected with, for its photographs
   */
  public static HtmlReport of(Dissection dissection, ConceptDataset data) {
    return new HtmlReport(dissection, data);
  }

  /**
   * Writes the report.
   *
   * @param folder made if absent; what an earlier report left there is replaced
   * @throws IOException if the result is damaged or the folder cannot be written
   */
  public void write(Path folder, Progress progress) throws IOException {
    ReportFolder out = ReportFolder.begin(folder);
    Photos photos = new Photos(out, data, dissection.images(), SIDE);
    List<Object> layers = new ArrayList<>();
    for (LayerDissection layer : dissection.layers()) {
      layers.add(new LayerPages(dissection, layer, photos, out, IMAGES).write(progress));
    }
    Map<String, Object> root = new LinkedHashMap<>();
    DissectionInfo info = dissection.info();
    root.put("tool", info.tool());
    root.put("network", info.network());
    root.put("data", info.data());
    root.put("rules", info.rules());
    root.put("images", info.images());
    root.put("categories", dissection.categories());
    List<Object> concepts = new ArrayList<>();
    for (ConceptInfo concept : dissection.concepts()) {
      concepts.add(
          List.of(
              concept.number(),
              concept.name(),
              dissection.categories().indexOf(concept.category()),
              concept.truth(),
              concept.images()));
    }
    root.put("concepts", concepts);
    root.put("layers", layers);
    root.put("photos", photos.write(progress));
    out.finish(Page.html(dissection, root));
  }
}
