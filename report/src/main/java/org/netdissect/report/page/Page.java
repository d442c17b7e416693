package org.netdissect.report.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Json;
import org.netdissect.base.Numbers;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TrustTable;
import org.netdissect.results.UnitScore;

/** Puts pages together: the template, its style and scripts, and the data. */
public final class Page {
  /** Scripts of a result's page, in order; the head of each says what it takes and gives. */
  static final List<String> SCRIPTS =
      List.of(
          "names.js",
          "model.js",
          "address.js",
          "draw.js",
          "trust.js",
          "measures.js",
          "charts.js",
          "views.js",
          "save.js",
          "grid.js",
          "unit.js",
          "formulas.js",
          "explain.js",
          "concepts.js",
          "main.js");

  private static final int LISTED_WITHOUT_SCRIPTS = 100;

  /** Bytes within which a page's title ends. */
  private static final int MOST_OF_HEAD = 1 << 16;

  private Page() {}

  /** JSON that may stand inside a script element: no character there can end it. */
  public static String json(Object value) {
    return Json.mapper()
        .writeValueAsString(value)
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  /** A relative way to a file as an address: signs that mean something there are escaped. */
  public static String link(Path way) {
    List<String> parts = new ArrayList<>();
    for (Path part : way) {
      parts.add(URLEncoder.encode(part.toString(), StandardCharsets.UTF_8).replace("+", "%20"));
    }
    return String.join("/", parts);
  }

  /** A data file: a script that hands the value over, since pages on disk may not fetch. */
  static String call(String what, String layer, int number, Object value) {
    return "netdissect." + what + "(" + json(layer) + "," + number + "," + json(value) + ");\n";
  }

  public static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** The page of a result. */
  static String html(Dissection dissection, Map<String, Object> data) throws IOException {
    String title =
        dissection.info().network().file() == null
            ? dissection.layers().get(0).layer().name()
            : dissection.info().network().file();
    return page(title, withoutScripts(dissection), data, SCRIPTS);
  }

  /**
   * A page of its own.
   *
   * @param title text
   * @param withoutScripts HTML to be read where scripts are switched off
   * @param scripts resources, in order
   */
  public static String page(
      String title, String withoutScripts, Object data, List<String> scripts) {
    StringBuilder code = new StringBuilder("\"use strict\";\n(() => {\n");
    scripts.forEach(name -> code.append(resource(name)));
    code.append("})();\n");
    // Pieces from outside go in last, so that nothing in them is taken for a place to fill.
    String[] parts = resource("page.html").split("\\{\\{[A-Z]+\\}\\}", -1);
    if (parts.length != 6) {
      throw new IllegalStateException("page.html has " + parts.length + " parts");
    }
    return parts[0]
        + escape(title)
        + parts[1]
        + resource("style.css")
        + parts[2]
        + withoutScripts
        + parts[3]
        + json(data)
        + parts[4]
        + code
        + parts[5];
  }

  /** Whether a file is a page that was made here, of whichever version. */
  static boolean isOne(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(MOST_OF_HEAD), StandardCharsets.UTF_8);
      return head.contains(" – netdissect</title>");
    }
  }

  /** What is to be read where scripts are switched off. */
  private static String withoutScripts(Dissection dissection) throws IOException {
    StringBuilder html = new StringBuilder();
    double iou = dissection.info().rules().iou();
    for (LayerDissection layer : dissection.layers()) {
      DetectorCounts counts = layer.counts(iou);
      html.append("<h2>")
          .append(escape(layer.layer().name()))
          .append("</h2><p>")
          .append(counts.detectors())
          .append(" of ")
          .append(counts.units())
          .append(" units detect a concept (IoU &gt; ")
          .append(Numbers.general(iou, 6))
          .append("); unique detectors: ")
          .append(counts.uniquePerCategory())
          .append(" counted per category, ")
          .append(counts.uniqueTopLabel())
          .append(" by top label.</p>")
          .append(trust(TrustTable.read(dissection, layer), dissection))
          .append("<table><tr><th>category<th>detectors<th>unique</tr>");
      for (DetectorCounts.CategoryCount count : counts.byCategory()) {
        html.append("<tr><td>")
            .append(escape(count.category()))
            .append("<td>")
            .append(count.detectors())
            .append("<td>")
            .append(count.unique())
            .append("</tr>");
      }
      html.append("</table><table><tr><th>unit<th>label<th>category<th>IoU</tr>");
      layer.units().stream()
          .sorted(
              Comparator.comparingDouble((UnitScore unit) -> -unit.label().iou())
                  .thenComparingInt(UnitScore::unit))
          .limit(LISTED_WITHOUT_SCRIPTS)
          .forEach(
              unit ->
                  html.append("<tr><td>")
                      .append(unit.unit())
                      .append("<td>")
                      .append(escape(LabelScore.readable(unit.label().label())))
                      .append("<td>")
                      .append(escape(unit.label().category()))
                      .append("<td>")
                      .append(Numbers.general(unit.label().iou(), 4))
                      .append("</tr>"));
      html.append("</table>");
    }
    return html.toString();
  }

  private static String trust(@Nullable TrustTable trust, Dissection dissection) {
    return trust == null
        ? ""
        : "<p>"
            + trust.info().beyondChance()
            + " units are beyond chance; "
            + ChanceWords.threshold(
                trust.info(), trust.best().size(), dissection.info().rules().iou())
            + ".</p>";
  }

  private static String resource(String name) {
    return resource(Page.class, name);
  }

  /** The text of a resource that lies beside a class. */
  public static String resource(Class<?> beside, String name) {
    try (InputStream in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("missing resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
