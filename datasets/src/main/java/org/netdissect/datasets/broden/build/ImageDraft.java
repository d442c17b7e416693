package org.netdissect.datasets.broden.build;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.netdissect.base.files.Bytes;

/**
 * What is kept of an image until all images have been seen and labels have their numbers: how much
 * there is of each of the source's labels, and the maps at the size of the masks, in the source's
 * codes.
 */
final class ImageDraft {
  private static final int LARGEST = 0xffff;
  private static final List<Kind> KINDS = List.of(Kind.values());
  private static final List<KindLabels.Form> FORMS = List.of(KindLabels.Form.values());

  private final int photoBytes;
  private final List<Of> labels;
  private final byte[] packed;

  private ImageDraft(int photoBytes, List<Of> labels, byte[] packed) {
    this.photoBytes = photoBytes;
    this.labels = labels;
    this.packed = packed;
  }

  /**
   * The labels of one category.
   *
   * @param whole codes of labels of the whole image
   * @param maps how many
   * @param counts code and pixels at the map's own size, over all layers, by code
   * @param area pixels of one map
   */
  record Of(
      Kind kind,
      KindLabels.Form form,
      List<Integer> whole,
      int maps,
      List<Count> counts,
      int area) {

    /** Adds what there is of each label. */
    void count(Counter counter) {
      whole.stream().distinct().forEach(code -> counter.add(code, 1));
      counts.forEach(count -> counter.add(count.code, (double) count.pixels / area));
    }
  }

  /** Pixels that have a label. */
  record Count(int code, long pixels) {}

  /** Takes a label and the share of the image that it covers. */
  interface Counter {
    void add(int code, double share);
  }

  /**
   * Counts, and makes the maps small.
   *
   * @param photoBytes of the photograph's file
   * @param side of the masks, pixels
   * @param blankBorder as {@link CodeMap#zoomed}
   */
  static ImageDraft of(int photoBytes, List<KindLabels> all, int side, boolean blankBorder) {
    List<Of> labels = new ArrayList<>();
    Bytes small = new Bytes(4 * side * side);
    for (KindLabels one : all) {
      labels.add(
          new Of(
              one.kind(),
              one.form(),
              one.whole(),
              one.maps().size(),
              counts(one.maps()),
              one.maps().isEmpty() ? 0 : one.maps().get(0).codes().length));
      for (CodeMap map : one.maps()) {
        put(small, map.zoomed(side, side, blankBorder));
      }
    }
    return new ImageDraft(photoBytes, labels, deflate(small));
  }

  private static List<Count> counts(List<CodeMap> maps) {
    long[] pixels = new long[maps.stream().mapToInt(map -> map.largest() + 1).max().orElse(0)];
    for (CodeMap map : maps) {
      for (char code : map.codes()) {
        pixels[code]++;
      }
    }
    List<Count> counts = new ArrayList<>();
    for (int code = 1; code < pixels.length; code++) {
      if (pixels[code] > 0) {
        counts.add(new Count(code, pixels[code]));
      }
    }
    return counts;
  }

  /** High bytes apart from low ones: they pack better. */
  private static void put(Bytes to, CodeMap map) {
    char[] codes = map.codes();
    byte[] bytes = new byte[2 * codes.length];
    for (int i = 0; i < codes.length; i++) {
      bytes[i] = (byte) (codes[i] >> 8);
      bytes[codes.length + i] = (byte) codes[i];
    }
    to.put(bytes, 0, bytes.length);
  }

  private static byte[] deflate(Bytes raw) {
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      deflater.setInput(raw.array(), 0, raw.size());
      deflater.finish();
      Bytes packed = new Bytes(raw.size() / 4 + 64);
      byte[] block = new byte[1 << 13];
      while (!deflater.finished()) {
        packed.put(block, 0, deflater.deflate(block));
      }
      return Arrays.copyOf(packed.array(), packed.size());
    } finally {
      deflater.end();
    }
  }

  int photoBytes() {
    return photoBytes;
  }

  List<Of> labels() {
    return labels;
  }

  /** The small maps in the order of {@link #labels}. */
  List<CodeMap> maps(int side) throws IOException {
    int count = labels.stream().mapToInt(Of::maps).sum();
    int pixels = side * side;
    byte[] bytes = new byte[2 * pixels];
    List<CodeMap> maps = new ArrayList<>();
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(packed);
      for (int m = 0; m < count; m++) {
        for (int got = 0; got < bytes.length; ) {
          int more = inflater.inflate(bytes, got, bytes.length - got);
          if (more == 0) {
            throw new IOException("the file of drafts is damaged");
          }
          got += more;
        }
        char[] codes = new char[pixels];
        for (int i = 0; i < pixels; i++) {
          codes[i] = (char) ((bytes[i] & 0xff) << 8 | (bytes[pixels + i] & 0xff));
        }
        maps.add(new CodeMap(side, side, codes));
      }
      return maps;
    } catch (DataFormatException e) {
      throw new IOException("the file of drafts is damaged", e);
    } finally {
      inflater.end();
    }
  }

  /** Adds the draft to bytes; the length of the photograph's file comes first. */
  void write(Bytes to) {
    to.putVarint(photoBytes);
    to.putVarint(labels.size());
    for (Of of : labels) {
      to.putVarint(KINDS.indexOf(of.kind));
      to.putVarint(FORMS.indexOf(of.form));
      to.putVarint(of.whole.size());
      of.whole.forEach(to::putVarint);
      to.putVarint(of.maps);
      to.putVarint(of.area);
      to.putVarint(of.counts.size());
      for (Count count : of.counts) {
        to.putVarint(count.code);
        to.putVarint(count.pixels);
      }
    }
    to.put(packed, 0, packed.length);
  }

  /** Reads what {@link #write} wrote, to the buffer's end. */
  static ImageDraft read(ByteBuffer from) {
    int photoBytes = Bytes.getVarint(from, Integer.MAX_VALUE);
    List<Of> labels = new ArrayList<>();
    for (int n = Bytes.getVarint(from, KINDS.size()); n > 0; n--) {
      Kind kind = KINDS.get(Bytes.getVarint(from, KINDS.size() - 1));
      KindLabels.Form form = FORMS.get(Bytes.getVarint(from, FORMS.size() - 1));
      List<Integer> whole = new ArrayList<>();
      for (int w = Bytes.getVarint(from, LARGEST); w > 0; w--) {
        whole.add(Bytes.getVarint(from, Integer.MAX_VALUE));
      }
      int maps = Bytes.getVarint(from, LARGEST);
      int area = Bytes.getVarint(from, Integer.MAX_VALUE);
      List<Count> counts = new ArrayList<>();
      for (int c = Bytes.getVarint(from, LARGEST); c > 0; c--) {
        counts.add(new Count(Bytes.getVarint(from, LARGEST), Bytes.getVarint(from)));
      }
      labels.add(new Of(kind, form, whole, maps, counts, area));
    }
    byte[] packed = new byte[from.remaining()];
    from.get(packed);
    return new ImageDraft(photoBytes, labels, packed);
  }
}
