package org.netdissect.report.figures;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Numbers;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.pictures.JpegWriter;
import org.netdissect.pictures.Photographs.Photograph;
import org.netdissect.report.page.Spread;
import org.netdissect.results.ActivationHistograms;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.FormulaGrowth;
import org.netdissect.results.FormulaTable;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TopImage;
import org.netdissect.results.UnitScore;

/**
 * Draws the figures of one layer of a result. Every figure counts what the report's page counts at
 * the same threshold.
 */
public final class Figures {
  private static final double WIDTH = 720;
  private static final double MARGIN = 12;
  private static final double CAPTION = 11;
  private static final double NAME = 10.5;
  private static final int BINS = 64;
  private static final int TILE = 110;
  private static final float QUALITY = 0.92f;

  /** Rows of a table that has none named. */
  private static final int BEST = 20;

  private final Dissection dissection;
  private final LayerDissection layer;
  private final double iou;
  private final Palette palette;

  private Figures(Dissection dissection, LayerDissection layer, double iou) {
    this.dissection = dissection;
    this.layer = layer;
    this.iou = iou;
    this.palette = new Palette(dissection.categories());
  }

  /**
   * Figures of a layer.
   *
   * @param iou above which a unit is a detector
   */
  public static Figures of(Dissection dissection, LayerDissection layer, double iou) {
    return new Figures(dissection, layer, iou);
  }

  /**
   * The paper's bar chart: how many units detect each concept.
   *
   * @param everyCategory count a unit in every category in which its best label passes; else for
   *     its best label only
   */
  public Figure detectors(boolean everyCategory) {
    List<Map<String, Integer>> counts = new ArrayList<>();
    dissection.categories().forEach(category -> counts.add(new TreeMap<>()));
    for (UnitScore unit : layer.units()) {
      for (int c = 0; c < counts.size(); c++) {
        LabelScore score = unit.byCategory().get(c);
        if ((everyCategory || c == unit.best()) && DetectorCounts.passes(score, iou)) {
          counts.get(c).merge(score.label(), 1, Integer::sum);
        }
      }
    }
    List<Bar> bars = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (int c : palette.order()) {
      counts.get(c).entrySet().stream()
          .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
          .forEach(
              entry -> {
                String label = LabelScore.readable(entry.getKey());
                bars.add(new Bar(c, label, entry.getValue()));
                rows.add(List.of(label, palette.category(c), entry.getValue().toString()));
              });
    }
    String counted =
        everyCategory
            ? "a unit counts in every category in which its best label passes"
            : "each unit counts once, for its best label";
    return finish(
        "detectors",
        "Detectors by concept: how many units detect each (IoU > "
            + number(iou)
            + "; "
            + counted
            + ").",
        bars(bars, "units"),
        new Sheet(List.of("concept", "category", "units"), rows));
  }

  /** Detectors and unique detectors of each category. */
  public Figure categories() {
    DetectorCounts counts = layer.counts(iou);
    List<Bar> bars = new ArrayList<>();
    List<List<String>> rows = new ArrayList<>();
    for (int c : palette.order()) {
      DetectorCounts.CategoryCount count = counts.byCategory().get(c);
      bars.add(new Bar(c, count.category() + ", detectors", count.detectors()));
      bars.add(new Bar(c, count.category() + ", unique", count.unique()));
      rows.add(
          List.of(
              count.category(),
              Integer.toString(count.detectors()),
              Integer.toString(count.unique())));
    }
    return finish(
        "categories",
        "Detectors and unique detectors by category (IoU > "
            + number(iou)
            + "): "
            + counts.detectors()
            + " of "
            + counts.units()
            + " units detect a concept. A unit counts in every category in which its best label"
            + " passes; so counted there are "
            + counts.uniquePerCategory()
            + " unique detectors, by top label "
            + counts.uniqueTopLabel()
            + ".",
        bars(bars, "units"),
        new Sheet(List.of("category", "detectors", "unique"), rows));
  }

  /**
   * Unique detectors of each category against the power of the layer's rotations (the paper's
   * Figure 4).
   *
   * @throws DissectionException if the result holds no rotations of the layer
   */
  public Figure alpha() throws DissectionException {
    AlphaChart chart = new AlphaChart(dissection, layer, iou, palette);
    Svg svg = new Svg();
    double height = chart.draw(svg, WIDTH, MARGIN);
    return finish(
        "alpha",
        "Unique detectors by category (IoU > "
            + number(iou)
            + ") of random rotations of the layer to the power α; means of the seeds, bars from"
            + " least to most. At α = 0 stands the layer itself, whose sum is dashed.",
        new Drawn(svg, height),
        chart.sheet());
  }

  private record Bar(int category, String label, int count) {}

  private record Drawn(Svg svg, double height) {}

  private Drawn bars(List<Bar> bars, String axis) {
    Svg svg = new Svg();
    double left = MARGIN + 38;
    double top = MARGIN + 20;
    double high = 150;
    double step = Math.min(46, (WIDTH - left - MARGIN) / Math.max(1, bars.size()));
    double font = Math.max(4, Math.min(NAME, step - 1));
    int most = Math.max(1, bars.stream().mapToInt(Bar::count).max().orElse(1));
    double x = left;
    for (int c : palette.order()) {
      palette.area(svg, x, MARGIN, 14, 10, c);
      svg.text(x + 18, MARGIN + 9, NAME, Svg.Anchor.START, palette.category(c));
      x += 30 + Svg.textWidth(palette.category(c), NAME);
    }
    for (double tick : Ticks.counts(most)) {
      double y = top + high * (1 - tick / most);
      svg.line(left, y, left + step * bars.size(), y, "#ddd", "");
      svg.text(left - 5, y + 3.5, NAME, Svg.Anchor.END, number(tick));
    }
    x = left;
    double longest = 0;
    for (Bar bar : bars) {
      double tall = high * bar.count() / most;
      palette.area(svg, x + step * 0.12, top + high - tall, step * 0.76, tall, bar.category());
      svg.slanted(x + step / 2 + font / 3, top + high + 9, font, bar.label());
      longest = Math.max(longest, Svg.textWidth(bar.label(), font));
      x += step;
    }
    svg.line(left, top + high, x, top + high, "#555", "");
    if (bars.isEmpty()) {
      svg.text(left, top + 20, NAME + 2, Svg.Anchor.START, "No unit passes this threshold.");
    }
    svg.text(left - 5, MARGIN + 9, NAME, Svg.Anchor.END, axis);
    return new Drawn(svg, top + high + 16 + longest * Math.sin(Math.toRadians(55)));
  }

  /** How the units' best IoUs are spread. */
  public Figure histogram() {
    double most = 0.2;
    for (UnitScore unit : layer.units()) {
      most = Math.max(most, unit.label().iou());
    }
    double step = 0.005;
    int cells = (int) Math.ceil(Math.min(1, most) / step + 1e-9);
    int[][] stacks = new int[cells][palette.order().size() + 1];
    for (UnitScore unit : layer.units()) {
      int cell = (int) Math.min(cells - 1, Math.floor(unit.label().iou() / step + 1e-9));
      stacks[cell][
          DetectorCounts.passes(unit.label(), iou) ? unit.best() : palette.order().size()]++;
    }
    int tallest =
        Math.max(1, Arrays.stream(stacks).mapToInt(s -> Arrays.stream(s).sum()).max().orElse(1));
    Svg svg = new Svg();
    double left = MARGIN + 38;
    double top = MARGIN + 12;
    double high = 150;
    double wide = (WIDTH - left - MARGIN) / cells;
    for (double tick : Ticks.counts(tallest)) {
      double y = top + high * (1 - tick / tallest);
      svg.line(left, y, WIDTH - MARGIN, y, "#ddd", "");
      svg.text(left - 5, y + 3.5, NAME, Svg.Anchor.END, number(tick));
    }
    List<List<String>> rows = new ArrayList<>();
    for (int cell = 0; cell < cells; cell++) {
      double y = top + high;
      List<Integer> order = new ArrayList<>(List.of(palette.order().size()));
      order.addAll(palette.order());
      for (int c : order) {
        double tall = high * stacks[cell][c] / tallest;
        if (tall > 0) {
          y -= tall;
          double at = left + cell * wide + 0.5;
          if (c == palette.order().size()) {
            svg.rect(at, y, Math.max(1, wide - 1), tall, "#c9c6bf");
          } else {
            palette.area(svg, at, y, Math.max(1, wide - 1), tall, c);
          }
        }
      }
      rows.add(
          List.of(
              number(cell * step),
              number((cell + 1) * step),
              Integer.toString(Arrays.stream(stacks[cell]).sum())));
    }
    double scale = (WIDTH - left - MARGIN) / (cells * step);
    for (double tick : Ticks.round(0, cells * step, 8)) {
      svg.line(left + tick * scale, top + high, left + tick * scale, top + high + 4, "#555", "");
      svg.text(left + tick * scale, top + high + 15, NAME, Svg.Anchor.MIDDLE, number(tick));
    }
    svg.line(left, top + high, WIDTH - MARGIN, top + high, "#555", "");
    svg.line(
        left + iou * scale,
        top - 6,
        left + iou * scale,
        top + high,
        "#c2281f",
        " stroke-width=\"1.5\" stroke-dasharray=\"5 3\"");
    svg.text(left - 5, top - 4, NAME, Svg.Anchor.END, "units");
    svg.text((left + WIDTH) / 2, top + high + 30, NAME, Svg.Anchor.MIDDLE, "IoU of the best label");
    return finish(
        "histogram",
        "The units' best IoU; detectors (IoU > "
            + number(iou)
            + ", dashed line) in the colour of their category, others grey.",
        new Drawn(svg, top + high + 36),
        new Sheet(List.of("from", "to", "units"), rows));
  }

  /**
   * How the units' IoU grows with the length of their formulas: the mean, and the quartiles.
   *
   * @throws DissectionException if no formulas were searched for
   */
  public Figure formulas() throws IOException {
    FormulaTable table = FormulaTable.read(dissection, layer);
    if (table == null) {
      throw new DissectionException(
          "no formulas of layer "
              + layer.layer().name()
              + " stand in "
              + dissection.folder()
              + "; netdissect formulas finds them");
    }
    List<FormulaGrowth> growth = FormulaGrowth.of(table);
    double most = growth.stream().mapToDouble(g -> Math.max(g.mean(), g.high())).max().orElse(0);
    most = Math.max(most, 1e-9);
    Svg svg = new Svg();
    double left = MARGIN + 46;
    double top = MARGIN + 12;
    double high = 180;
    double step = (WIDTH - left - 2 * MARGIN) / Math.max(1, growth.size());
    for (double tick : Ticks.round(0, most, 6)) {
      double y = top + high * (1 - tick / most);
      svg.line(left, y, WIDTH - MARGIN, y, "#ddd", "");
      svg.text(left - 5, y + 3.5, NAME, Svg.Anchor.END, number(tick));
    }
    List<List<String>> rows = new ArrayList<>();
    double lastX = 0;
    double lastY = 0;
    for (FormulaGrowth at : growth) {
      double x = left + (at.length() - 0.5) * step;
      double y = top + high * (1 - at.mean() / most);
      double tall = high * (at.high() - at.low()) / most;
      svg.rect(x - 7, top + high * (1 - at.high() / most), 14, tall, "#bfd0ea");
      if (at.length() > 1) {
        svg.line(lastX, lastY, x, y, "#1f5fbf", " stroke-width=\"2\"");
      }
      svg.rect(x - 3.5, y - 3.5, 7, 7, "#1f5fbf");
      svg.text(x, top + high + 15, NAME, Svg.Anchor.MIDDLE, Integer.toString(at.length()));
      lastX = x;
      lastY = y;
      rows.add(
          List.of(
              Integer.toString(at.length()),
              number(at.mean()),
              number(at.low()),
              number(at.high()),
              Integer.toString(at.units()),
              Integer.toString(at.proven())));
    }
    svg.line(left, top + high, WIDTH - MARGIN, top + high, "#555", "");
    svg.text(left - 5, top - 4, NAME, Svg.Anchor.END, "IoU");
    svg.text(
        (left + WIDTH) / 2, top + high + 30, NAME, Svg.Anchor.MIDDLE, "concepts in the formula");
    return finish(
        "formulas",
        "IoU of each unit's best formula by the number of concepts it may have, over all images"
            + " read: the mean, and as bars the quartiles, of "
            + (growth.isEmpty() ? 0 : growth.get(0).units())
            + " units.",
        new Drawn(svg, top + high + 36),
        new Sheet(
            List.of("concepts", "mean", "lower quartile", "upper quartile", "units", "proven"),
            rows));
  }

  /**
   * How the activation of units is spread, counts on a logarithmic scale, with T.
   *
   * @throws DissectionException if the result holds no histograms, or a unit does not exist
   */
  public Figure activations(List<Integer> units) throws IOException {
    check(units);
    if (!layer.hasHistograms()) {
      throw new DissectionException(
          dissection.folder() + " was imported: it holds no activation histograms");
    }
    Svg svg = new Svg();
    List<List<String>> rows = new ArrayList<>();
    int across = Math.min(3, units.size());
    double wide = (WIDTH - MARGIN * (across + 1)) / across;
    double high = 90;
    double tall = high + 48;
    try (ActivationHistograms histograms = layer.histograms()) {
      for (int i = 0; i < units.size(); i++) {
        UnitScore unit = layer.units().get(units.get(i));
        double x = MARGIN + i % across * (wide + MARGIN);
        int row = i / across;
        double y = MARGIN + row * tall;
        Spread spread = Spread.of(histograms, unit.unit(), BINS);
        svg.bold(x, y + 10, NAME, named(unit));
        double base = y + 18 + high;
        double most = Math.log10(1.0 + Math.max(1, Arrays.stream(spread.counts()).max().orElse(1)));
        for (int b = 0; b < BINS; b++) {
          long count = spread.counts()[b];
          double size = high * Math.log10(1.0 + count) / most;
          double middle = spread.from() + (b + 0.5) / BINS * (spread.to() - spread.from());
          if (count > 0) {
            svg.rect(
                x + b * wide / BINS,
                base - size,
                wide / BINS - 0.6,
                size,
                middle > unit.threshold() ? palette.colour(unit.best()) : "#c9c6bf");
          }
          rows.add(
              List.of(
                  Integer.toString(unit.unit()),
                  number(spread.from() + (double) b / BINS * (spread.to() - spread.from())),
                  number(spread.from() + (b + 1.0) / BINS * (spread.to() - spread.from())),
                  Long.toString(count)));
        }
        rows.add(List.of(Integer.toString(unit.unit()), "0", "0", Long.toString(spread.zeros())));
        double scale = spread.to() > spread.from() ? wide / (spread.to() - spread.from()) : 0;
        for (double tick : Ticks.round(spread.from(), spread.to(), 4)) {
          double at = x + (tick - spread.from()) * scale;
          svg.line(at, base, at, base + 3, "#555", "");
          svg.text(at, base + 13, NAME - 1, Svg.Anchor.MIDDLE, number(tick));
        }
        svg.line(x, base, x + wide, base, "#555", "");
        double at = x + (unit.threshold() - spread.from()) * scale;
        svg.line(at, y + 14, at, base, "#c2281f", " stroke-width=\"1.5\" stroke-dasharray=\"5 3\"");
      }
    }
    int lines = (units.size() + across - 1) / across;
    double height = MARGIN + lines * tall;
    return finish(
        "activations",
        "Activation values of units over all cells of all images, counts on a logarithmic scale,"
            + " exact zeros left out; T is dashed, above it in colour.",
        new Drawn(svg, height),
        new Sheet(List.of("unit", "from", "to", "values"), rows));
  }

  /**
   * Strips of the images on which units are most active, with their masks.
   *
   * @param data that was dissected with; null if the figure is only wanted as a table
   * @param images of each unit, at least 1
   * @throws DissectionException if the result has no images, or a unit does not exist
   */
  public Figure units(List<Integer> units, @Nullable ConceptDataset data, int images)
      throws IOException {
    check(units);
    List<List<TopImage>> top = layer.topImages();
    if (dissection.info().imported() != null) {
      throw new DissectionException(dissection.folder() + " was imported: it holds no images");
    }
    Svg svg = new Svg();
    List<List<String>> rows = new ArrayList<>();
    double gap = 4;
    double tile = Math.min(TILE, (WIDTH - 2 * MARGIN - gap * (images - 1)) / images);
    double y = MARGIN;
    UnitPhotos photos = data == null ? null : new UnitPhotos(dissection, layer, data);
    for (int number : units) {
      UnitScore unit = layer.units().get(number);
      List<TopImage> shown = top.get(number).stream().limit(images).toList();
      svg.bold(MARGIN, y + 10, NAME + 0.5, named(unit) + ", IoU " + iou(unit));
      if (photos != null) {
        Map<Integer, float @Nullable []> maps = photos.maps(unit, shown);
        for (int i = 0; i < shown.size(); i++) {
          int image = shown.get(i).image();
          Photograph photo =
              square(
                  photos.lit(unit, image, maps.get(image), (int) (3 * tile), UnitPhotos.Fit.COVER));
          svg.image(
              MARGIN + i * (tile + gap),
              y + 16,
              tile,
              tile,
              "image/jpeg",
              Base64.getEncoder().encodeToString(JpegWriter.encode(photo, QUALITY)));
        }
      }
      for (int i = 0; i < shown.size(); i++) {
        rows.add(
            List.of(
                Integer.toString(number),
                LabelScore.readable(unit.label().label()),
                unit.label().category(),
                iou(unit),
                Integer.toString(i + 1),
                dissection.images().get(shown.get(i).image()),
                Float.toString(shown.get(i).activation())));
      }
      y += tile + 28;
    }
    return finish(
        "units",
        "The images on which units are most active, pale outside each unit's mask (activation above"
            + " the unit's threshold T).",
        new Drawn(svg, y),
        new Sheet(
            List.of("unit", "label", "category", "IoU", "rank", "image", "activation"), rows));
  }

  private static Photograph square(Photograph photo) {
    int side = Math.min(photo.height(), photo.width());
    int top = (photo.height() - side) / 2;
    int left = (photo.width() - side) / 2;
    byte[] rgb = new byte[3 * side * side];
    for (int y = 0; y < side; y++) {
      System.arraycopy(
          photo.rgb(), 3 * ((top + y) * photo.width() + left), rgb, 3 * y * side, 3 * side);
    }
    return new Photograph(side, side, rgb);
  }

  /**
   * A table of units with their labels and counts.
   *
   * @param units empty for the best 20
   */
  public Figure table(List<Integer> units) throws IOException {
    check(units);
    List<UnitScore> listed =
        units.isEmpty()
            ? layer.units().stream()
                .filter(unit -> !unit.label().label().isBlank())
                .sorted(
                    Comparator.comparingDouble((UnitScore unit) -> -unit.label().iou())
                        .thenComparingInt(UnitScore::unit))
                .limit(BEST)
                .toList()
            : units.stream().map(layer.units()::get).toList();
    List<List<String>> rows = new ArrayList<>();
    for (UnitScore unit : listed) {
      LabelScore score = unit.label();
      rows.add(
          List.of(
              Integer.toString(unit.unit()),
              LabelScore.readable(score.label()),
              score.category(),
              iou(unit),
              Long.toString(score.truth()),
              Long.toString(score.activation()),
              Long.toString(score.intersection())));
    }
    Sheet sheet = new Sheet(List.of("unit", "label", "category", "IoU", "G", "A", "I"), rows);
    Svg svg = new Svg();
    double line = 17;
    double x = MARGIN;
    List<String> widest = sheet.widest();
    for (int c = 0; c < widest.size(); c++) {
      double wide = Svg.textWidth(widest.get(c), NAME + 1) + 4;
      boolean right = sheet.isNumeric(c);
      double at = right ? x + wide : x;
      Svg.Anchor anchor = right ? Svg.Anchor.END : Svg.Anchor.START;
      svg.text(at, MARGIN + 11, NAME + 0.5, anchor, sheet.columns().get(c));
      for (int r = 0; r < rows.size(); r++) {
        svg.text(at, MARGIN + 13 + (r + 1) * line, NAME + 0.5, anchor, rows.get(r).get(c));
      }
      x += wide + 18;
    }
    svg.line(MARGIN, MARGIN + 17, x - 18, MARGIN + 17, "#555", "");
    return finish(
        "table",
        (units.isEmpty() ? "The units with the best IoU." : "Units and their labels.")
            + " G: pixels of the concept, A: of the unit's mask in images that hold the category,"
            + " I: of both; IoU = I / (A + G − I).",
        new Drawn(svg, MARGIN + 20 + (rows.size() + 1) * line),
        sheet);
  }

  private void check(List<Integer> units) throws DissectionException {
    for (int unit : units) {
      if (unit < 0 || unit >= layer.layer().units()) {
        throw new DissectionException(
            "layer "
                + layer.layer().name()
                + " has no unit "
                + unit
                + "; its units are 0 to "
                + (layer.layer().units() - 1));
      }
    }
  }

  private String named(UnitScore unit) {
    return "unit "
        + unit.unit()
        + (unit.label().label().isBlank()
            ? ", no concept"
            : ": "
                + LabelScore.readable(unit.label().label())
                + " ("
                + unit.label().category()
                + ")");
  }

  private static String iou(UnitScore unit) {
    return String.format(Locale.ROOT, "%.4f", unit.label().iou());
  }

  private static String number(double value) {
    return Numbers.general(value, 6);
  }

  private Figure finish(String name, String says, Drawn drawn, Sheet sheet) {
    DissectionInfo info = dissection.info();
    String network = info.network().file() == null ? "recorded activations" : info.network().file();
    StringBuilder from =
        new StringBuilder(network)
            .append(", layer ")
            .append(layer.layer().name())
            .append(" (")
            .append(layer.layer().units())
            .append(" units), on ")
            .append(info.data().name());
    if (info.imported() == null) {
      from.append(" (").append(info.images().read()).append(" images)");
    }
    from.append("; convention ")
        .append(info.rules().convention())
        .append(", quantile ")
        .append(info.rules().quantile());
    if (info.network().preprocessing() != null) {
      from.append(", preprocessing ").append(info.network().describePreprocessing());
    }
    from.append(". Made by ").append(info.tool()).append('.');
    String caption = says + " " + from;
    double y = drawn.height() + 8;
    for (String line : Svg.lines(caption, CAPTION, WIDTH - 2 * MARGIN)) {
      y += CAPTION + 3;
      drawn.svg().text(MARGIN, y, CAPTION, Svg.Anchor.START, line);
    }
    double height = y + MARGIN;
    String description =
        caption
            + " Model SHA-256: "
            + info.network().sha256()
            + "; data fingerprint: "
            + info.data().fingerprint();
    List<String> origin =
        List.of(
            "network", network,
            "layer", layer.layer().name(),
            "data", info.data().name(),
            "convention", info.rules().convention(),
            "quantile", info.rules().quantile(),
            "iou-threshold", number(iou));
    return new Figure(
        name,
        caption,
        drawn.svg().finish(WIDTH, height, palette.patterns(), says, description),
        WIDTH,
        height,
        sheet,
        origin);
  }
}
