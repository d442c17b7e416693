package org.netdissect.report.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.pictures.Frame;
import org.netdissect.report.SmallWorld;
import org.netdissect.report.page.Page;
import org.netdissect.results.DetectorCounts;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerInfo;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class FiguresTest {
  private static final double IOU = 0.04;

  @TempDir static Path folder;
  private static SmallWorld world;
  private static Dissection dissection;

  @BeforeAll
  static void dissect() throws Exception {
    world = SmallWorld.make(folder, 31);
    dissection =
        world.dissect("out", Convention.EXACT, ReceptiveField.square(-4, 15, 8), null, "a/<b>");
  }

  private static Figures figures() {
    return Figures.of(dissection, dissection.layers().get(0), IOU);
  }

  private static List<Figure> all() throws Exception {
    return List.of(
        figures().detectors(false),
        figures().detectors(true),
        figures().categories(),
        figures().histogram(),
        figures().activations(List.of(0, 3, SmallWorld.INACTIVE)),
        figures().units(List.of(0, 1, SmallWorld.INACTIVE), world.data(), 4),
        figures().table(List.of()),
        figures().table(List.of(2, 1)));
  }

  private static List<NamedCsvRecord> rows(Figure figure) throws Exception {
    try (CsvReader<NamedCsvRecord> csv =
        CsvReader.builder().ofNamedCsvRecord(new StringReader(figure.csv()))) {
      return csv.stream().toList();
    }
  }

  private static int sum(Figure figure, String column) throws Exception {
    return rows(figure).stream().mapToInt(row -> Integer.parseInt(row.getField(column))).sum();
  }

  @Test
  void numbersAreThoseOfTheResult() throws Exception {
    DetectorCounts counts = dissection.layers().get(0).counts(IOU);
    assertTrue(counts.detectors() > 3);
    assertEquals(counts.detectors(), sum(figures().detectors(false), "units"));
    assertEquals(counts.uniqueTopLabel(), rows(figures().detectors(false)).size());
    assertEquals(counts.uniquePerCategory(), rows(figures().detectors(true)).size());
    assertEquals(counts.uniquePerCategory(), sum(figures().categories(), "unique"));
    assertEquals(SmallWorld.UNITS, sum(figures().histogram(), "units"));
    long values =
        rows(figures().activations(List.of(2))).stream()
            .mapToLong(row -> Long.parseLong(row.getField("values")))
            .sum();
    assertEquals(dissection.layers().get(0).result().valuesPerUnit(), values);
    assertEquals(
        List.of("2", "1"),
        rows(figures().table(List.of(2, 1))).stream().map(row -> row.getField("unit")).toList());
    assertEquals("a/<b>", rows(figures().table(List.of())).get(0).getField("layer"));
  }

  @Test
  void drawingsAreWholeFilesWithCaptionAndOriginAndReadNothingElse() throws Exception {
    for (Figure figure : all()) {
      Document document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(figure.svg())));
      String said = document.getElementsByTagName("desc").item(0).getTextContent();
      assertTrue(said.contains("a/<b>") && said.contains("quantile 0.05"), said);
      assertTrue(said.startsWith(figure.caption()));
      assertTrue(said.contains(dissection.info().data().fingerprint()));
      assertEquals(0, document.getElementsByTagName("script").getLength());
      Matcher links =
          Pattern.compile("href=\"(?!data:image/jpeg)|url\\((?!#)").matcher(figure.svg());
      assertFalse(links.find());
      assertEquals(figure.svg(), figure.svg());
    }
  }

  @Test
  void picturesShowTheDrawing() throws Exception {
    Figure figure = figures().detectors(false);
    BufferedImage picture = ImageIO.read(new ByteArrayInputStream(figure.png(2)));
    assertEquals(1440, picture.getWidth());
    int object = new java.awt.Color(0x44, 0x58, 0xc9).getRGB();
    int found = 0;
    int dark = 0;
    for (int y = 0; y < picture.getHeight(); y++) {
      for (int x = 0; x < picture.getWidth(); x++) {
        found += picture.getRGB(x, y) == object ? 1 : 0;
        dark += (picture.getRGB(x, y) & 0xff) < 0x60 ? 1 : 0;
      }
    }
    assertTrue(found > 500, "bars of objects: " + found);
    assertTrue(dark > 1000, "text: " + dark);
    for (Figure other : all()) {
      ImageIO.read(new ByteArrayInputStream(other.png(1)));
    }
  }

  @Test
  void masksAreWhereTheInterpolatedMapExceedsT() {
    Random random = new Random(5);
    ReceptiveField field = ReceptiveField.square(-4, 15, 8);
    for (String convention : List.of("exact", "paper", "lite")) {
      LayerInfo layer = new LayerInfo("l", "l", "recorded", 1, 6, 8, field);
      float[] cells = new float[48];
      for (int c = 0; c < cells.length; c++) {
        cells[c] = random.nextFloat();
      }
      boolean[] mask =
          new MaskedPhoto(layer, convention).mask(cells, 0.5f, 30, 44, Frame.whole(48, 64));
      for (int y = 0; y < 30; y++) {
        for (int x = 0; x < 44; x++) {
          double atY = at(convention, 6, 48, 30, y);
          double atX = at(convention, 8, 64, 44, x);
          double sum = 0;
          // Each cell weighs by how near it is: bilinear, word by word.
          for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 8; j++) {
              sum +=
                  cells[8 * i + j]
                      * Math.max(0, 1 - Math.abs(atY - i))
                      * Math.max(0, 1 - Math.abs(atX - j));
            }
          }
          if (Math.abs(sum - 0.5) > 1e-9) {
            assertEquals(sum > 0.5, mask[44 * y + x], convention + " " + y + " " + x);
          }
        }
      }
    }
  }

  private static double at(String convention, int cells, int input, int pixels, int pixel) {
    double centre = convention.equals("paper") ? 7 - 4 : -4 + 7;
    double at =
        convention.equals("lite")
            ? (pixel + 0.5) * cells / pixels - 0.5
            : ((pixel + 0.5) * input / pixels - 0.5 - centre) / 8;
    return Math.max(0, Math.min(cells - 1, at));
  }

  @Test
  void texIsEscaped() throws Exception {
    assertEquals(
        "50\\% \\& \\$x\\_y\\{\\} \\textbackslash{}a $<$b$>$ 7$\\times$7 \\#1\\textasciitilde{}",
        Tex.escaped("50% & $x_y{} \\a <b> 7×7 #1~"));
    String tex = figures().table(List.of()).tex();
    assertTrue(tex.contains("\\caption{") && tex.contains("\\begin{tabular}{rllrrrr}"), tex);
    assertTrue(
        tex.contains("\\providecommand{\\toprule}{\\hline}") && tex.contains("\\toprule\n"), tex);
    assertFalse(tex.contains("<script>"));
    assertEquals("$\\ge$ 0.5$^\\circ$, $\\alpha$ é \\dots{}", Tex.escaped("≥ 0.5°, α é …"));
    // A bracket at the beginning of a row would be taken for the distance of the line before.
    Sheet odd = new Sheet(List.of("name", "n"), List.of(List.of("[a]", "1"), List.of("*b", "2")));
    assertTrue(odd.tex("c", "l").contains("{}[a] & 1") && odd.tex("c", "l").contains("{}*b & 2"));
    assertFalse(odd.tex("c", "l").startsWith("%"));
    Sheet longer = new Sheet(List.of("n"), Collections.nCopies(31, List.of("7")));
    assertTrue(longer.tex("c", "l").contains("\\usepackage{longtable}"));
    assertTrue(longer.tex("c", "l").contains("\\begin{longtable}{r}\n\\caption{c}"));
    assertFalse(longer.tex("c", "l").contains("tabular"));
    Sheet chinese = new Sheet(List.of("name"), List.of(List.of("狗")));
    assertTrue(chinese.tex("c", "l").startsWith("% Some names are in other scripts"));
  }

  @Test
  void coloursAreThoseOfThePages() {
    String names = Page.resource(Page.class, "names.js");
    List<String> categories = new ArrayList<>();
    Matcher named = Pattern.compile("(\\w+): \\[\"(#\\w+)\"").matcher(names);
    List<String> colours = new ArrayList<>();
    while (named.find()) {
      categories.add(named.group(1));
      colours.add(named.group(2));
    }
    Matcher more = Pattern.compile("\n  \\[\"(#\\w+)\", \"#\\w+\"\\]").matcher(names);
    while (more.find()) {
      categories.add("other" + colours.size());
      colours.add(more.group(1));
    }
    assertEquals(12, colours.size());
    Palette palette = new Palette(categories);
    for (int c = 0; c < colours.size(); c++) {
      assertEquals(colours.get(c), palette.colour(c));
    }
  }

  @Test
  void ticksAreRound() {
    assertEquals(List.of(0.0, 50.0, 100.0), Ticks.counts(145));
    assertEquals(List.of(0.0, 1.0), Ticks.counts(1));
    assertEquals(List.of(0.0, 200.0, 400.0, 600.0), Ticks.round(0, 632, 4));
    assertEquals(List.of(3.0), Ticks.round(3, 3, 4));
    for (double tick : Ticks.round(-0.37, 0.12, 5)) {
      assertEquals(Math.rint(tick * 10), tick * 10, 1e-9);
    }
  }

  @Test
  void unknownUnitsAreRefused() {
    DissectionException failure =
        assertThrows(DissectionException.class, () -> figures().table(List.of(99)));
    assertTrue(failure.getMessage().contains("its units are 0 to 11"), failure.getMessage());
  }
}
