package org.netdissect.datasets.drawn;

import java.util.BitSet;
import org.netdissect.datasets.shapes.Shapes;

/** A shape that somebody drew, in pixels of the photograph. */
interface Drawn {
  /** Sets the mask's pixels that it covers. */
  void on(Shapes shapes, boolean[] target);

  /** Whether it is a box, which is drawn only where boxes are asked for. */
  default boolean isBox() {
    return false;
  }

  /** Whether it covers something; lines and points do not. */
  default boolean hasArea() {
    return true;
  }

  /** A shape and its label. */
  record Labelled(String label, Drawn shape) {}

  /** A polygon, x and y in turns; fewer than three points cover nothing. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Polygon(double[] xy) implements Drawn {
    @Override
    public void on(Shapes shapes, boolean[] target) {
      if (xy.length >= 6) {
        shapes.fill(xy, target);
      }
    }
  }

  /** An upright rectangle. */
  record Box(double x, double y, double width, double height) implements Drawn {
    /** The rectangle with these two corners. */
    static Box between(double x0, double y0, double x1, double y1) {
      return new Box(Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
    }

    @Override
    public void on(Shapes shapes, boolean[] target) {
      shapes.fillBox(x, y, width, height, target);
    }

    @Override
    public boolean isBox() {
      return true;
    }
  }

  /** A rectangle that is turned, by its corners, x and y in turns. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record TurnedBox(double[] xy) implements Drawn {
    /** A rectangle with these two corners, turned about its centre, clockwise as one sees it. */
    static TurnedBox between(double x0, double y0, double x1, double y1, double degrees) {
      double x = (x0 + x1) / 2;
      double y = (y0 + y1) / 2;
      double cos = Math.cos(Math.toRadians(degrees));
      double sin = Math.sin(Math.toRadians(degrees));
      double[] xy = {x0, y0, x1, y0, x1, y1, x0, y1};
      for (int i = 0; i < xy.length; i += 2) {
        double dx = xy[i] - x;
        double dy = xy[i + 1] - y;
        xy[i] = x + dx * cos - dy * sin;
        xy[i + 1] = y + dx * sin + dy * cos;
      }
      return new TurnedBox(xy);
    }

    @Override
    public void on(Shapes shapes, boolean[] target) {
      shapes.fill(xy, target);
    }

    @Override
    public boolean isBox() {
      return true;
    }
  }

  /** A bitmap over a part of the photograph, a bit a pixel in rows from the top. */
  record Bitmap(int left, int top, int height, int width, BitSet bits) implements Drawn {
    @Override
    public void on(Shapes shapes, boolean[] target) {
      shapes.fillBitmap(left, top, height, width, bits, target);
    }
  }

  /** Lines and points, which cover nothing. */
  record Nothing() implements Drawn {
    @Override
    public void on(Shapes shapes, boolean[] target) {}

    @Override
    public boolean hasArea() {
      return false;
    }
  }

  /** An ellipse as a polygon so fine that no pixel tells the difference. */
  static Polygon ellipse(double x, double y, double radiusX, double radiusY, double degrees) {
    int n = 360;
    double[] xy = new double[2 * n];
    double turn = Math.toRadians(degrees);
    for (int i = 0; i < n; i++) {
      double a = 2 * Math.PI * i / n;
      double dx = radiusX * Math.cos(a);
      double dy = radiusY * Math.sin(a);
      xy[2 * i] = x + dx * Math.cos(turn) - dy * Math.sin(turn);
      xy[2 * i + 1] = y + dx * Math.sin(turn) + dy * Math.cos(turn);
    }
    return new Polygon(xy);
  }
}
