package org.netdissect.dissection;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Progress;
import org.netdissect.base.files.Trees;
import org.netdissect.dissection.scoring.MapsKept;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerInfo;

/**
 * How much disk a dissection takes at its fullest, estimated before it begins.
 *
 * <p>The estimate: with values in no particular order of images, after a share t of them the bound
 * keeps a share q/t (at most all), q being the quantile; so q·(1 + ln(1/q)) of all cells rise above
 * the bound of their time, 3.1 % for q = 0.005. Their neighbours are recorded as well. Where active
 * cells lie together, as on large maps, that makes about twice as many cells; where they lie alone,
 * as on maps of a few cells a side, nearly five times as many (the 3×3 neighbourhoods of the cells
 * above the final threshold were measured to hold 2.3 % of all). A cell takes four bytes. The cells
 * above the final threshold are written twice, for a group of units and for the result; so are the
 * hits, about six regions of three bytes wherever a unit is active. Results with little data, and
 * units that are flat near their threshold, can take more: the estimate keeps people from runs that
 * cannot end well, and does not promise that the others do. What steps after the result write is
 * their own estimate. Where maps are kept further down than masks need, that share of all cells
 * decides what is recorded, and its cells are written twice more. A run that meets a full disk can
 * go on.
 *
 * <p>Measured at its fullest on three layers of SqueezeNet 1.1 (Places365) with 1,281 images: 94 MB
 * for 64 units of 55×55, 133 MB for 256 of 27×27, 65 MB for 512 of 13×13; all between the two
 * numbers of the estimate.
 *
 * @param least bytes below which a run is not begun
 * @param likely bytes above which no more is to be expected of most networks
 */
record SpaceNeeded(long least, long likely) {
  private static final double CLUSTERED = 2;
  private static final double ALONE = 4.6;
  private static final double BYTES_OF_CELL = 4;
  private static final double REGIONS_OF_MASK = 6;
  private static final double BYTES_OF_HIT = 3;

  /** Bins of values and top images of a unit, in the result and in two checkpoints. */
  private static final double BYTES_OF_UNIT = 3 * 8_000;

  /** Those of a unit in one file. */
  private static final double BYTES_OF_TABLES = BYTES_OF_UNIT / 3;

  /** Digest, names and numbers of an image; checkpoints hold it twice. */
  private static final double BYTES_OF_IMAGE = 200;

  static SpaceNeeded of(List<LayerInfo> layers, long images, double quantile, MapsKept maps) {
    return of(layers, images, quantile, quantile, maps);
  }

  /**
   * Of a run that keeps maps further down than masks need.
   *
   * @param reach share of a unit's activations that they reach down to
   */
  static SpaceNeeded of(
      List<LayerInfo> layers, long images, double quantile, double reach, MapsKept maps) {
    return new SpaceNeeded(
        bytes(layers, images, quantile, reach, maps, CLUSTERED),
        bytes(layers, images, quantile, reach, maps, ALONE));
  }

  /**
   * Of parts that a process records, without their results.
   *
   * @param images of these parts together
   * @param parts how many there are
   * @param reach share of a unit's activations that maps reach down to
   */
  static SpaceNeeded ofParts(List<LayerInfo> layers, long images, long parts, double reach) {
    return new SpaceNeeded(
        recorded(layers, images, parts, reach, CLUSTERED),
        recorded(layers, images, parts, reach, ALONE));
  }

  private static long recorded(
      List<LayerInfo> layers, long images, long parts, double reach, double dilation) {
    double bytes = images * BYTES_OF_IMAGE;
    for (LayerInfo layer : layers) {
      double cells = (double) images * layer.units() * layer.cells();
      bytes += cells * BYTES_OF_CELL * recorded(reach, dilation);
      bytes += layer.units() * Math.min(parts * BYTES_OF_TABLES, (double) images * layer.cells());
    }
    return (long) bytes;
  }

  /** Share of cells that rise above the bound of their time, and of their neighbours. */
  private static double recorded(double reach, double dilation) {
    return Math.min(1, dilation * reach * (1 + Math.log(1 / reach)));
  }

  /** The same with so many bytes more, written after the result. */
  SpaceNeeded plus(long bytes) {
    return new SpaceNeeded(least + bytes, likely + bytes);
  }

  private static long bytes(
      List<LayerInfo> layers,
      long images,
      double quantile,
      double reach,
      MapsKept maps,
      double dilation) {
    double recorded = recorded(reach, dilation);
    double kept = Math.min(1, dilation * quantile);
    double low = reach > quantile ? 2 * Math.min(1, dilation * reach) : 0;
    double bytes = images * BYTES_OF_IMAGE;
    for (LayerInfo layer : layers) {
      double pairs = (double) images * layer.units();
      double cells = pairs * layer.cells();
      double copies = maps == MapsKept.ALL ? 2 : 1;
      // Active cells of a unit lie on few images: about two and a half of them on each.
      double active = Math.min(1, quantile * layer.cells() / 2.5);
      bytes += cells * BYTES_OF_CELL * (recorded + copies * kept + low);
      bytes += 2 * pairs * active * REGIONS_OF_MASK * BYTES_OF_HIT;
      bytes += layer.units() * Math.min(BYTES_OF_UNIT, (double) images * layer.cells());
    }
    return (long) bytes;
  }

  /**
   * Refuses to begin recording on a disk of a cluster's process where there is not enough room.
   *
   * @param folder of this process; what it has recorded counts as room
   * @param machine name for people
   * @param usable tells how many bytes may be written below a folder
   */
  void checkParts(Path folder, String machine, ToLongFunction<Path> usable) throws IOException {
    long free = usable.applyAsLong(folder);
    long there = Trees.bytes(folder);
    if (free >= 0 && free + there < least) {
      throw new DissectionException(
          String.format(
              Locale.ROOT,
              "not enough disk on %s: its share of the recording needs about %s in %s, and %s is"
                  + " free; make room there, name another folder to Spark (spark.local.dir,"
                  + " SPARK_LOCAL_DIRS), or take more machines or fewer layers (if you know better:"
                  + " JDK_JAVA_OPTIONS=-D%s=false where the command is)",
              machine,
              DiskSpace.text(least - there),
              folder,
              DiskSpace.text(free),
              DiskSpace.CHECK));
    }
  }

  /** As people read it: "3.1 GB to 7.0 GB". */
  String describe() {
    return DiskSpace.text(least) + " to " + DiskSpace.text(likely);
  }

  /**
   * Refuses to begin where there is not enough room, and warns where there may not be.
   *
   * @param out the result folder; what its unfinished run has written counts as room
   * @param usable tells how many bytes may be written below a folder
   */
  void check(Path out, Progress progress, ToLongFunction<Path> usable) throws IOException {
    long free = usable.applyAsLong(out);
    if (free < 0 || !DiskSpace.isChecked()) {
      return;
    }
    long room = free + Trees.bytes(out);
    if (room < least) {
      throw new DissectionException(
          String.format(
              Locale.ROOT,
              "not enough disk: this run needs about %s in %s, and %s is free; make room, choose"
                  + " another --out, or take fewer layers (if you know better:"
                  + " NETDISSECT_OPTS=-D%s=false)",
              DiskSpace.text(least - Trees.bytes(out)),
              out,
              DiskSpace.text(free),
              DiskSpace.CHECK));
    }
    if (room < likely) {
      progress.warn(
          String.format(
              Locale.ROOT,
              "this run may need up to %s in %s, and %s is free; should the disk fill up, make room"
                  + " and repeat the command",
              DiskSpace.text(likely - Trees.bytes(out)),
              out,
              DiskSpace.text(free)));
    }
  }
}
