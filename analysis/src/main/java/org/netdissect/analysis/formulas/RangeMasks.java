package org.netdissect.analysis.formulas;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.concepts.atlas.AtlasImage;
import org.netdissect.dissection.rules.MaskGeometry;
import org.netdissect.dissection.tally.RegionCounter;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.LowMaps;
import org.netdissect.results.values.TrimmedMap;

/**
 * Lays a unit's masks by ranges of its activation: a pixel is in the range that its interpolated
 * value is in. The masks above the ranges' beginnings lie within each other, so a range's pixels
 * are those above its beginning less those above its end. One thread at a time.
 */
final class RangeMasks {
  private final LabelledResult data;
  private final MaskGeometry.Cache geometries;
  private final RegionCounter counter;
  private final float[] scratch;
  private char[] regionMap = new char[0];

  /** Of the image at hand by region: pixels above the beginning of the range, and of the next. */
  private int[] above = new int[0];

  private int[] beyond = new int[0];

  /** Regions with pixels above the beginning of the range, and of the next. */
  private int[] met = new int[0];

  private int[] next = new int[0];

  RangeMasks(LabelledResult data, LayerInfo layer, MaskGeometry.Cache geometries) {
    this.data = data;
    this.geometries = geometries;
    counter = new RegionCounter(layer.height(), layer.width());
    scratch = new float[layer.cells()];
  }

  /**
   * The masks of all ranges.
   *
   * @param beginnings of the ranges, ascending; the first is the floor of what was kept
   */
  List<LitRegions> lay(LowMaps.OfUnit maps, float[] beginnings) throws IOException {
    List<Mask> masks = new ArrayList<>();
    for (int r = 0; r < beginnings.length; r++) {
      masks.add(new Mask());
    }
    maps.visit((image, map) -> lay(image, map, beginnings, masks));
    return List.copyOf(masks);
  }

  private void lay(int image, TrimmedMap map, float[] beginnings, List<Mask> masks) {
    AtlasImage about = data.images().atlasImage(image);
    turnTo(image, about);
    MaskGeometry geometry = geometries.of(data.frame(image), about.maskHeight(), about.maskWidth());
    int count = count(map, beginnings[0], geometry, about.regions());
    swap();
    for (int r = 0; r < beginnings.length && count > 0; r++) {
      int more =
          r + 1 < beginnings.length && map.trimFurther(beginnings[r + 1], scratch)
              ? count(map, beginnings[r + 1], geometry, about.regions())
              : 0;
      for (int i = 0; i < count; i++) {
        int pixels = above[met[i]] - beyond[met[i]];
        if (pixels > 0) {
          masks.get(r).add(image, met[i], pixels);
        }
        above[met[i]] = 0;
      }
      swap();
      count = more;
    }
  }

  private void turnTo(int image, AtlasImage about) {
    int size = about.maskHeight() * about.maskWidth();
    if (regionMap.length < size) {
      regionMap = new char[size];
    }
    if (above.length < about.regions()) {
      above = new int[about.regions()];
      beyond = new int[about.regions()];
      met = new int[about.regions()];
      next = new int[about.regions()];
    }
    data.atlas().readRegionMap(data.images().atlasIndex(image), regionMap);
  }

  /** Counts a mask as that of the next range; gives how many regions it meets. */
  private int count(TrimmedMap map, float beginning, MaskGeometry geometry, int regions) {
    if (counter.count(map, beginning, geometry, regionMap, regions) == 0) {
      return 0;
    }
    int touched = counter.touched();
    for (int i = 0; i < touched; i++) {
      next[i] = counter.region(i);
      beyond[next[i]] = counter.pixels(next[i]);
    }
    return touched;
  }

  private void swap() {
    int[] pixels = above;
    above = beyond;
    beyond = pixels;
    int[] regions = met;
    met = next;
    next = regions;
  }

  /** Pixels of one range. */
  private static final class Mask implements LitRegions {
    /** Image, region and pixels, one behind the other. */
    private int[] entries = new int[3 * 64];

    private int size;

    void add(int image, int region, int pixels) {
      if (size == entries.length) {
        entries = Arrays.copyOf(entries, 2 * size);
      }
      entries[size++] = image;
      entries[size++] = region;
      entries[size++] = pixels;
    }

    @Override
    public void visit(HitTable.Visitor visitor) {
      for (int e = 0; e < size; e += 3) {
        visitor.hit(entries[e], entries[e + 1], entries[e + 2]);
      }
    }
  }
}
