package org.netdissect.dissection.rules;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.pictures.Frame;
import org.netdissect.pictures.Framing;
import org.netdissect.results.DissectionInfo.NetworkInfo;

/**
 * How a layer's activation map lies over the mask grid of an image: the interpolation along both
 * axes.
 */
public record MaskGeometry(AxisInterpolation y, AxisInterpolation x) {

  /**
   * Where a photograph lay in the input of a result's network, or in its own size where that was
   * free.
   */
  public static Frame frame(NetworkInfo network, int photoHeight, int photoWidth) {
    if (network.inputHeight() == null || network.inputWidth() == null) {
      return Frame.whole(photoHeight, photoWidth);
    }
    Framing framing = network.fit() == null ? Framing.STRETCH : Framing.of(network.fit());
    return framing.frame(photoHeight, photoWidth, network.inputHeight(), network.inputWidth());
  }

  int maskHeight() {
    return y.pixels;
  }

  int maskWidth() {
    return x.pixels;
  }

  /** The geometries of one layer by mask size; computed once each. Safe for concurrent use. */
  public static final class Cache {
    private final Convention convention;
    private final @Nullable ReceptiveField field;
    private final int height;
    private final int width;

    /**
     * By rows and columns of input, photograph in it and mask; hashing a record would first have to
     * be generated.
     */
    private final Map<List<Integer>, MaskGeometry> bySize = new HashMap<>();

    /**
     * For a layer.
     *
     * @param field its receptive field, or null where unknown
     * @param height of its activation map
     * @param width of its activation map
     */
    public Cache(Convention convention, @Nullable ReceptiveField field, int height, int width) {
      this.convention = convention;
      this.field = field;
      this.height = height;
      this.width = width;
    }

    /** The geometry for a photograph in the network's input and a mask grid over it. */
    public synchronized MaskGeometry of(Frame frame, int maskHeight, int maskWidth) {
      return bySize.computeIfAbsent(
          List.of(
              frame.inputHeight(),
              frame.inputWidth(),
              frame.top(),
              frame.left(),
              frame.height(),
              frame.width(),
              maskHeight,
              maskWidth),
          key ->
              new MaskGeometry(
                  convention.interpolation(
                      field == null ? null : field.y(), height, frame.y(), maskHeight),
                  convention.interpolation(
                      field == null ? null : field.x(), width, frame.x(), maskWidth)));
    }
  }
}
