package org.netdissect.analysis.trust;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.threads.Workers;
import org.netdissect.concepts.atlas.AtlasImage;
import org.netdissect.dissection.rules.MaskGeometry;
import org.netdissect.dissection.tally.RegionCounter;
import org.netdissect.results.ActivationMaps;
import org.netdissect.results.DissectionException;
import org.netdissect.results.HitTable;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.values.TrimmedMap;

/**
 * The masks of some units of a layer, image by image, so that they can be laid over other images.
 * Held in memory as runs of pixels, some 70 bytes a mask of half a percent.
 *
 * <p>Safe for concurrent reading.
 */
final class LayerMasks {
  /** Units whose masks are cut out by one thread at a time. */
  private static final int GROUP = 32;

  /** Pixels of a mask that can be numbered by a char, less the one that stands for all others. */
  private static final int SLICE = Character.MAX_VALUE;

  private final int[] units;

  /**
   * By group of units and image: for each unit with a mask varint the units passed over in the
   * group, varint the bytes that follow for it, and its runs: varint pixels since the end of the
   * last run, varint its length.
   */
  private final byte[][][] masks;

  private LayerMasks(int[] units, byte[][][] masks) {
    this.units = units;
    this.masks = masks;
  }

  /** Takes the mask of one unit on one image. */
  @FunctionalInterface
  interface Visitor {
    /**
     * Takes a mask.
     *
     * @param place of the unit among those held
     * @param runs where its runs stand, to be read up to the buffer's limit
     */
    void mask(int place, ByteBuffer runs);
  }

  /**
   * Cuts out the masks of some units.
   *
   * @param units ascending
   * @throws DissectionException if the maps kept do not give the masks that were counted
   */
  static LayerMasks of(
      LabelledResult data, LayerDissection layer, int[] units, int workers, Progress progress)
      throws IOException {
    byte[][][] masks = new byte[(units.length + GROUP - 1) / GROUP][][];
    LayerInfo info = layer.layer();
    MaskGeometry.Cache geometries =
        new MaskGeometry.Cache(data.convention(), info.field(), info.height(), info.width());
    try (ActivationMaps maps = layer.maps();
        HitTable hits = layer.hits();
        Progress.Phase phase = progress.phase("masks of " + info.name(), units.length, "units")) {
      Workers.run(
          workers,
          masks.length,
          "masks",
          () -> {
            Cutter cutter = new Cutter(data, info, geometries);
            return group -> {
              int from = group * GROUP;
              int to = Math.min(units.length, from + GROUP);
              masks[group] = cutter.group(maps, hits, layer, units, from, to);
              phase.advance(to - from);
            };
          });
      phase.done();
    }
    return new LayerMasks(units, masks);
  }

  /** The units held, ascending. */
  int[] units() {
    return units;
  }

  /** The masks that lie on an image. */
  void visit(int image, boolean[] wanted, Visitor visitor) {
    for (int group = 0; group < masks.length; group++) {
      byte[] here = masks[group][image];
      if (here == null) {
        continue;
      }
      ByteBuffer in = ByteBuffer.wrap(here);
      int end = here.length;
      int place = group * GROUP - 1;
      while (in.position() < end) {
        place += 1 + (int) Bytes.getVarint(in);
        int next = (int) Bytes.getVarint(in);
        next += in.position();
        if (wanted[place]) {
          in.limit(next);
          visitor.mask(place, in);
          in.limit(end);
        }
        in.position(next);
      }
    }
  }

  /** Turns activation maps into runs of pixels. One thread at a time. */
  private static final class Cutter {
    private final LabelledResult data;
    private final MaskGeometry.Cache geometries;
    private final RegionCounter counter;
    private final Bytes runs = new Bytes(1 << 10);
    private long lit;
    private char[] pixelNumbers = new char[0];

    Cutter(LabelledResult data, LayerInfo layer, MaskGeometry.Cache geometries) {
      this.data = data;
      this.geometries = geometries;
      counter = new RegionCounter(layer.height(), layer.width());
    }

    byte[][] group(
        ActivationMaps maps, HitTable hits, LayerDissection layer, int[] units, int from, int to)
        throws IOException {
      Bytes[] ofImage = new Bytes[data.images().size()];
      int[] last = new int[ofImage.length];
      Arrays.fill(last, -1);
      for (int u = from; u < to; u++) {
        int place = u - from;
        float threshold = layer.units().get(units[u]).threshold();
        lit = 0;
        maps.readTrimmed(
            units[u],
            (image, map) -> {
              cut(image, map, threshold);
              if (runs.size() > 0) {
                if (ofImage[image] == null) {
                  ofImage[image] = new Bytes(64);
                }
                ofImage[image].putVarint(place - last[image] - 1L);
                ofImage[image].putVarint(runs.size());
                ofImage[image].put(runs.array(), 0, runs.size());
                last[image] = place;
              }
            });
        if (lit != counted(hits, units[u])) {
          throw new DissectionException(
              "layer "
                  + layer.layer().name()
                  + " of "
                  + data.dissection().folder()
                  + " does not keep the maps of all images (--maps shown), so that not all masks can"
                  + " be laid on other images; run it again with --maps all");
        }
      }
      byte[][] cut = new byte[ofImage.length][];
      for (int i = 0; i < cut.length; i++) {
        cut[i] = ofImage[i] == null ? null : Arrays.copyOf(ofImage[i].array(), ofImage[i].size());
        ofImage[i] = null;
      }
      return cut;
    }

    private long counted(HitTable hits, int unit) throws IOException {
      long[] pixels = new long[1];
      hits.read(unit, data.images()::regions, (image, region, count) -> pixels[0] += count);
      return pixels[0];
    }

    /** Finds the lit pixels with the kernel that tallies: each pixel is a region of its own. */
    private void cut(int image, TrimmedMap map, float threshold) {
      AtlasImage about = data.images().atlasImage(image);
      int pixels = about.maskHeight() * about.maskWidth();
      MaskGeometry geometry =
          geometries.of(data.frame(image), about.maskHeight(), about.maskWidth());
      runs.clear();
      int from = -1;
      int to = -1;
      int written = 0;
      for (int slice = 0; slice < pixels; slice += SLICE) {
        counter.count(map, threshold, geometry, numbers(pixels, slice), SLICE + 1);
        for (int i = 0; i < counter.touched() && counter.region(i) < SLICE; i++) {
          int pixel = slice + counter.region(i);
          lit++;
          if (pixel != to) {
            if (to > from) {
              runs.putVarint(from - written);
              runs.putVarint(to - from);
              written = to;
            }
            from = pixel;
          }
          to = pixel + 1;
        }
      }
      if (to > from) {
        runs.putVarint(from - written);
        runs.putVarint(to - from);
      }
    }

    private char[] numbers(int pixels, int slice) {
      if (pixelNumbers.length != pixels || pixels > SLICE) {
        pixelNumbers = new char[pixels];
        Arrays.fill(pixelNumbers, (char) SLICE);
        for (int p = slice; p < Math.min(pixels, slice + SLICE); p++) {
          pixelNumbers[p] = (char) (p - slice);
        }
      }
      return pixelNumbers;
    }
  }
}
