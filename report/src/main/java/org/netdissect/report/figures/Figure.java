package org.netdissect.report.figures;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.ViewBox;
import java.awt.Color;
import java.awt.Component;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.imageio.ImageIO;
import org.netdissect.base.NetdissectException;

/**
 * A finished figure: the same numbers as a drawing, a picture and a table.
 *
 * <p>The picture is the drawing, rendered; so both show the same. Text is set in the sans serif
 * face that is at hand.
 */
public final class Figure {
  /** What Java calls the sans serif face that is at hand. */
  private static final String JAVAS_FONT = "SansSerif";

  private final String name;
  private final String caption;
  private final String svg;
  private final double width;
  private final double height;
  private final Sheet sheet;
  private final List<String> origin;

  Figure(
      String name,
      String caption,
      String svg,
      double width,
      double height,
      Sheet sheet,
      List<String> origin) {
    this.name = name;
    this.caption = caption;
    this.svg = svg;
    this.width = width;
    this.height = height;
    this.sheet = sheet;
    this.origin = origin;
  }

  /** What the figure shows and what it was made from, in a few sentences. */
  public String caption() {
    return caption;
  }

  /** The drawing, a file of its own. */
  public String svg() {
    return svg;
  }

  /**
   * The drawing as a picture.
   *
   * @param scale pixels for each of the drawing's; 3 is enough for print
   * @throws IOException if this Java cannot draw: where no fonts are installed
   */
  public byte[] png(double scale) throws IOException {
    try {
      // Nothing is read from outside the drawing.
      SVGDocument document =
          new SVGLoader()
              .load(
                  new ByteArrayInputStream(
                      svg.replace(Svg.FONT, JAVAS_FONT).getBytes(StandardCharsets.UTF_8)),
                  null,
                  LoaderContext.createDefault());
      if (document == null) {
        throw new IllegalStateException("the drawing is not understood");
      }
      BufferedImage image =
          new BufferedImage(
              (int) Math.ceil(width * scale),
              (int) Math.ceil(height * scale),
              BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
      // The last row and column may be parts of pixels.
      graphics.setColor(Color.WHITE);
      graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
      graphics.scale(scale, scale);
      document.render((Component) null, graphics, new ViewBox((float) width, (float) height));
      graphics.dispose();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (LinkageError | RuntimeException e) {
      // What Java throws where it finds no fonts differs from version to version.
      throw new NetdissectException(
          "this Java cannot draw text (no fonts are installed); write SVG, and convert it"
              + " elsewhere",
          e);
    }
  }

  /** The numbers as comma-separated values, one row a thing, with where they come from. */
  public String csv() {
    return sheet.csv(origin);
  }

  /** The numbers as a LaTeX table with the caption; it needs no package. */
  public String tex() {
    return sheet.tex(caption, name);
  }
}
