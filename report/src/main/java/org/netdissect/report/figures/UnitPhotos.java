package org.netdissect.report.figures;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.rules.MaskGeometry;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Photographs.Photograph;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TopImage;
import org.netdissect.results.UnitScore;

/**
 * Photographs as a layer's units see them: pale outside the unit's mask. Safe for use by several
 * threads.
 */
public final class UnitPhotos {
  private final Dissection dissection;
  private final LayerDissection layer;
  private final ConceptDataset data;
  private final Map<String, ImageRow> rows = new HashMap<>();

  /**
   * Photographs for a layer.
   *
   * @param data that was dissected with
   */
  public UnitPhotos(Dissection dissection, LayerDissection layer, ConceptDataset data) {
    this.dissection = dissection;
    this.layer = layer;
    this.data = data;
    data.images().forEach(row -> rows.put(row.name(), row));
  }

  /** By image a unit's activations, row-major; null where it has none above T. */
  public Map<Integer, float @Nullable []> maps(UnitScore unit, List<TopImage> shown)
      throws IOException {
    Map<Integer, float @Nullable []> maps = new HashMap<>();
    shown.forEach(image -> maps.put(image.image(), null));
    if (layer.hasMaps()) {
      try (ActivationMaps all = layer.maps()) {
        all.read(
            unit.unit(),
            (image, cells, index, value) -> {
              if (maps.containsKey(image)) {
                float[] dense = new float[layer.layer().cells()];
                // Cells that are not held lie beside none that are above T.
                Arrays.fill(dense, Math.min(unit.threshold(), -Float.MAX_VALUE / 4));
                for (int c = 0; c < cells; c++) {
                  dense[index[c]] = value[c];
                }
                maps.put(image, dense);
              }
            });
      }
    }
    return maps;
  }

  /** How large a photograph is shown. */
  public enum Fit {
    /** The shorter side has so many pixels. */
    COVER,
    /** The longer side has. */
    CONTAIN
  }

  /**
   * A photograph with the unit's mask; without, where the layer keeps no maps.
   *
   * @param map of {@link #maps}
   * @param side pixels; a smaller photograph stays as it is
   */
  public Photograph lit(UnitScore unit, int image, float @Nullable [] map, int side, Fit fit)
      throws IOException {
    String name = dissection.images().get(image);
    ImageRow row = rows.get(name);
    if (row == null) {
      throw new DataException(
          data.name() + " has no image " + name + ": it is not the data set that was dissected");
    }
    Photograph photo = Photographs.read(data.photograph(row), row.photoHeight(), row.photoWidth());
    int measured =
        fit == Fit.COVER
            ? Math.min(photo.height(), photo.width())
            : Math.max(photo.height(), photo.width());
    double scale = Math.min(1, (double) side / measured);
    Photograph small =
        photo.resized(
            Math.max(1, (int) Math.round(photo.height() * scale)),
            Math.max(1, (int) Math.round(photo.width() * scale)));
    if (!layer.hasMaps()) {
      return small;
    }
    boolean[] mask =
        map == null
            ? new boolean[small.height() * small.width()]
            : new MaskedPhoto(layer.layer(), dissection.info().rules().convention())
                .mask(
                    map,
                    unit.threshold(),
                    small.height(),
                    small.width(),
                    MaskGeometry.frame(dissection.info().network(), photo.height(), photo.width()));
    return MaskedPhoto.pale(small, mask);
  }
}
