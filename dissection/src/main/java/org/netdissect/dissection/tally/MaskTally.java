package org.netdissect.dissection.tally;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.files.Bytes;
import org.netdissect.base.files.FileKind;
import org.netdissect.base.files.SectionFile;
import org.netdissect.base.threads.Workers;
import org.netdissect.concepts.atlas.AtlasImage;
import org.netdissect.dissection.recording.LayerRecorder;
import org.netdissect.dissection.recording.Spill;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.MaskGeometry;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.networks.InputSize;
import org.netdissect.pictures.Frame;
import org.netdissect.pictures.Framing;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.LowMaps;
import org.netdissect.results.values.TrimmedMap;

/**
 * From the recorded activations of a layer: the exact thresholds, then every unit's mask on every
 * image, counted by region. Works on groups of units, so that memory does not grow with the layer.
 */
public final class MaskTally implements GroupTally {
  public static final FileKind GROUP_KIND = new FileKind("NDGROUP", 1);

  /** Sections of a unit in a group's file: what the tally counts, and its masks' maps. */
  public static final int SECTIONS = 3;

  /** Recorded bytes of the units of one group, about. */
  private static final long GROUP_BYTES = 256L << 20;

  private static final int GROUP_UNITS = 1024;

  private final LayerInfo layer;
  private final LayerRecorder recorder;
  private final ImageSet images;
  private final ThresholdRule rule;
  private final @Nullable InputSize input;
  private final Framing framing;
  private final MaskGeometry.Cache geometries;

  /**
   * A tally.
   *
   * @param input size of the network's input, or null to take each image's own size
   * @param framing how photographs come into the input
   */
  public MaskTally(
      LayerRecorder recorder,
      ImageSet images,
      ThresholdRule rule,
      @Nullable InputSize input,
      Framing framing) {
    this.recorder = recorder;
    this.layer = recorder.layer();
    this.images = images;
    this.rule = rule;
    this.input = input;
    this.framing = framing;
    geometries =
        new MaskGeometry.Cache(rule.convention(), layer.field(), layer.height(), layer.width());
  }

  @Override
  public int[] groups() {
    return groups(layer.units(), recorder.spill()::unitBytes);
  }

  /**
   * Splits units into groups.
   *
   * @param bytes recorded of a unit
   * @return first unit of each group, and behind the last the number of units
   */
  static int[] groups(int units, IntToLongFunction bytes) {
    return runs(0, units, bytes, GROUP_BYTES);
  }

  /**
   * Splits the units from {@code from} to before {@code to} into runs.
   *
   * @param bytes of a unit
   * @param most bytes of a run, unless one unit has more
   * @return first unit of each run, and behind the last {@code to}
   */
  static int[] runs(int from, int to, IntToLongFunction bytes, long most) {
    int[] starts = new int[to - from + 1];
    int count = 0;
    long sum = 0;
    int size = 0;
    for (int u = from; u < to; u++) {
      long own = bytes.applyAsLong(u);
      if (u == from || size == GROUP_UNITS || sum + own > most) {
        starts[count++] = u;
        sum = 0;
        size = 0;
      }
      sum += own;
      size++;
    }
    starts[count] = to;
    return Arrays.copyOf(starts, count + 1);
  }

  @Override
  public boolean keepsLowMaps() {
    return rule.keep() != null;
  }

  /** Sections of a unit in the files of groups that are tallied by a rule. */
  public static int sections(ThresholdRule rule) {
    return rule.keep() == null ? SECTIONS : SECTIONS + 1;
  }

  @Override
  public int sections() {
    return sections(rule);
  }

  /** Numbers of a unit that the tally finds. */
  public record UnitStats(float threshold, long maskPixels) {
    void encode(Bytes out) {
      out.putFloat(threshold);
      out.putVarint(maskPixels);
    }

    public static UnitStats decode(ByteBuffer in) {
      return new UnitStats(in.getFloat(), Bytes.getVarint(in));
    }
  }

  @Override
  public void tally(int first, int end, int workers, Path file) throws IOException {
    CutSearch search = new CutSearch(recorder.histograms(), first, end, rule);
    count(search, workers);
    tally(first, end, search.cuts(), workers, file);
  }

  /** Counts what this recording holds towards a search. */
  void count(CutSearch search, int workers) throws IOException {
    if (search.isDone()) {
      return;
    }
    int first = search.first();
    int end = search.end();
    Workers.run(
        workers,
        recorder.spill().segments(),
        "threshold",
        () -> {
          PieceReader reader = new PieceReader(first, end);
          return segment -> {
            reader.open(segment);
            for (int u = first; u < end; u++) {
              if (search.needs(u)) {
                reader.count(u, search);
              }
            }
          };
        });
  }

  /** As {@link #tally(int, int, int, Path)}, with cuts found over all parts of a recording. */
  void tally(int first, int end, Cuts cuts, int workers, Path file) throws IOException {
    List<Output> outputs = new ArrayList<>();
    int[] order = recorder.spill().byImage();
    Workers.run(
        workers,
        order.length,
        "tally",
        () -> {
          Output output = new Output(first, end, cuts, order);
          synchronized (outputs) {
            outputs.add(output);
          }
          return output;
        });
    try (SectionFile.Writer writer = new SectionFile.Writer(file, GROUP_KIND)) {
      Bytes section = new Bytes(1 << 16);
      for (int u = 0; u < end - first; u++) {
        int unit = u;
        long pixels = outputs.stream().mapToLong(output -> output.pixels[unit]).sum();
        new UnitStats(cuts.thresholds()[u], pixels).encode(section);
        writer.add(section);
        section.clear();
        add(outputs, output -> output.hits[unit], section, writer);
        add(outputs, output -> output.maps[unit], section, writer);
        if (cuts.floors() != null) {
          LowMaps.encodeFloor(cuts.floors()[u], section);
          add(outputs, output -> output.lowMaps[unit], section, writer);
        }
      }
      writer.finish();
    }
  }

  /** Ends a section with what all threads found of a unit. */
  private static void add(
      List<Output> outputs,
      Function<Output, ImageEntries> part,
      Bytes section,
      SectionFile.Writer writer)
      throws IOException {
    ImageEntries.merge(outputs.stream().map(part).toList(), section);
    writer.add(section);
    section.clear();
  }

  /** Reads the maps of a group of units in one segment after another; one thread's. */
  private final class PieceReader {
    private final int first;
    private final int end;
    private final int[] position;
    private final int[] limit;
    private final int[] slot;
    private ByteBuffer pieces = ByteBuffer.allocate(0);

    /** How many the segment at hand holds. */
    private int segmentImages;

    final TrimmedMap map = new TrimmedMap(layer.height(), layer.width());

    PieceReader(int first, int end) {
      this.first = first;
      this.end = end;
      position = new int[end - first];
      limit = new int[end - first];
      slot = new int[end - first];
    }

    void open(int number) throws IOException {
      Spill.Segment segment = recorder.spill().segment(number);
      segmentImages = segment.images().length;
      pieces = recorder.spill().read(number, first, end);
      long start = segment.pieceAt()[first];
      for (int u = 0; u < end - first; u++) {
        position[u] = (int) (segment.pieceAt()[first + u] - start);
        limit[u] = (int) (segment.pieceAt()[first + u + 1] - start);
        slot[u] = -1;
        try {
          peek(u);
        } catch (BufferUnderflowException | IllegalStateException e) {
          throw malformed(e);
        }
      }
    }

    private void peek(int u) {
      if (position[u] == limit[u]) {
        slot[u] = Integer.MAX_VALUE;
        return;
      }
      pieces.limit(limit[u]).position(position[u]);
      slot[u] += 1 + Bytes.getVarint(pieces, segmentImages - 2 - slot[u]);
      position[u] = pieces.position();
    }

    /** The image of a unit's next map in this segment, by place; a large number at the end. */
    int slot(int u) {
      return slot[u];
    }

    /** Reads a unit's next map; false at the end of the segment. */
    boolean next(int u) throws IOException {
      if (slot[u] == Integer.MAX_VALUE) {
        return false;
      }
      try {
        pieces.limit(limit[u]).position(position[u]);
        map.decode(pieces);
        position[u] = pieces.position();
        peek(u);
        return true;
      } catch (BufferUnderflowException | IllegalStateException | IndexOutOfBoundsException e) {
        throw malformed(e);
      }
    }

    /** Counts the rest of a unit's maps in this segment. */
    void count(int unit, CutSearch search) throws IOException {
      while (next(unit - first)) {
        try {
          search.count(unit, map);
        } catch (IndexOutOfBoundsException e) {
          // More values in a bin than its histogram tells.
          throw malformed(e);
        }
      }
    }

    private NetdissectException malformed(RuntimeException cause) {
      return recorder.spill().malformed(cause);
    }
  }

  /**
   * An image that masks are laid over.
   *
   * @param regions how many it has
   */
  private record Ground(MaskGeometry geometry, int regions) {}

  /** What one thread tallies: images in ascending order. */
  private final class Output implements Workers.Worker {
    private final int first;
    private final int end;
    private final Cuts cuts;
    private final int[] order;
    private final PieceReader reader;
    private final RegionCounter counter = new RegionCounter(layer.height(), layer.width());
    private final float[] scratch = new float[layer.cells()];
    private char[] regionMap = new char[0];

    /** The image at hand; null until a mask of it is laid. */
    private @Nullable Ground ground;

    final ImageEntries[] hits;
    final ImageEntries[] maps;

    /** Maps down to the floors, where they are kept; empty otherwise. */
    final ImageEntries[] lowMaps;

    final long[] pixels;

    Output(int first, int end, Cuts cuts, int[] order) {
      this.first = first;
      this.end = end;
      this.cuts = cuts;
      this.order = order;
      reader = new PieceReader(first, end);
      pixels = new long[end - first];
      hits = noEntries(end - first);
      maps = noEntries(end - first);
      lowMaps = noEntries(keepsLowMaps() ? end - first : 0);
    }

    private static ImageEntries[] noEntries(int units) {
      return Stream.generate(ImageEntries::new).limit(units).toArray(ImageEntries[]::new);
    }

    @Override
    public void task(int number) throws IOException {
      reader.open(order[number]);
      int[] numbers = recorder.spill().segment(order[number]).images();
      for (int s = 0; s < numbers.length; s++) {
        ground = null;
        for (int u = 0; u < end - first; u++) {
          if (reader.slot(u) == s) {
            reader.next(u);
            if (reader.map.trimFurther(cuts.least(u), scratch)) {
              keep(u, numbers[s]);
            }
          }
        }
      }
    }

    /** Keeps what is above the least cut of the map at hand; its mask is counted. */
    private void keep(int u, int image) {
      if (keepsLowMaps()) {
        reader.map.encode(lowMaps[u].bytes);
        lowMaps[u].end(image);
        if (!reader.map.trimFurther(cuts.thresholds()[u], scratch)) {
          return;
        }
      }
      tally(u, image);
    }

    /** Lays the mask of the map at hand over its image. */
    private void tally(int u, int image) {
      if (ground == null) {
        ground = turnTo(image);
      }
      reader.map.encode(maps[u].bytes);
      maps[u].end(image);
      long mask =
          counter.count(
              reader.map, cuts.thresholds()[u], ground.geometry(), regionMap, ground.regions());
      if (mask > 0) {
        pixels[u] += mask;
        counter.encode(hits[u].bytes);
        hits[u].end(image);
      }
    }

    private Ground turnTo(int image) {
      AtlasImage about = images.atlasImage(image);
      int size = about.maskHeight() * about.maskWidth();
      if (regionMap.length < size) {
        regionMap = new char[size];
      }
      images.atlas().readRegionMap(images.atlasIndex(image), regionMap);
      MaskGeometry geometry = geometries.of(frame(about), about.maskHeight(), about.maskWidth());
      return new Ground(geometry, about.regions());
    }
  }

  private Frame frame(AtlasImage about) {
    return input == null
        ? Frame.whole(about.photoHeight(), about.photoWidth())
        : framing.frame(about.photoHeight(), about.photoWidth(), input.height(), input.width());
  }

  /** Encoded entries of images, ascending. */
  private static final class ImageEntries {
    final Bytes bytes = new Bytes(64);
    private int[] images = new int[8];
    private int[] ends = new int[8];
    private int size;

    /** Ends the entry of an image. */
    void end(int image) {
      if (size == images.length) {
        images = Arrays.copyOf(images, 2 * size);
        ends = Arrays.copyOf(ends, 2 * size);
      }
      images[size] = image;
      ends[size++] = bytes.size();
    }

    /** Writes the entries of several lists, each ascending, by ascending image. */
    static void merge(List<ImageEntries> lists, Bytes out) {
      int[] next = new int[lists.size()];
      int last = -1;
      while (true) {
        int least = 0;
        for (int l = 1; l < next.length; l++) {
          least = lists.get(l).image(next[l]) < lists.get(least).image(next[least]) ? l : least;
        }
        ImageEntries list = lists.get(least);
        int entry = next[least]++;
        int image = list.image(entry);
        if (image == Integer.MAX_VALUE) {
          return;
        }
        assert image > last : "a thread's images ascend";
        int from = entry == 0 ? 0 : list.ends[entry - 1];
        out.putVarint(image - last - 1);
        out.put(list.bytes.array(), from, list.ends[entry] - from);
        last = image;
      }
    }

    /** The image of an entry; the largest number behind the last. */
    private int image(int entry) {
      return entry < size ? images[entry] : Integer.MAX_VALUE;
    }
  }
}
