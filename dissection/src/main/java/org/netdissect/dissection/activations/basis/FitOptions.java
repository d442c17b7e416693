package org.netdissect.dissection.activations.basis;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How directions are fitted to a layer.
 *
 * @param components directions; 0 for as many as the layer has channels
 * @param seed of all draws
 * @param cells drawn of the layer's maps, where a method needs a sample; 0 for {@link #CELLS}, or
 *     fewer where the layer has many channels
 * @param topK latents that a dictionary keeps at each cell
 * @param workers threads; the outcome does not depend on them
 */
public record FitOptions(Kind kind, int components, long seed, int cells, int topK, int workers) {
  /** Cells drawn where nobody says how many. */
  public static final int CELLS = 20_000;

  /** Numbers of a sample: 128 MiB, and where cells are asked for 1 GiB. */
  private static final int USUAL_NUMBERS = 1 << 24;

  private static final int MOST_NUMBERS = 1 << 27;

  static final int MOST_COMPONENTS = 1 << 14;

  /** The methods. */
  public enum Kind {
    /** Principal components. */
    PCA(true),
    /** Principal components, each of variance 1. */
    WHITENING(true),
    /** Non-negative matrix factorisation. */
    NMF(false),
    /** Centres of clusters. */
    KMEANS(false),
    /** The encoder of a sparse dictionary. */
    DICTIONARY(false);

    private final boolean ofAllCells;

    Kind(boolean ofAllCells) {
      this.ofAllCells = ofAllCells;
    }

    /** Whether all cells are taken rather than a sample. */
    public boolean isOfAllCells() {
      return ofAllCells;
    }

    /** As people write it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The method of that name.
     *
     * @throws IllegalArgumentException with one line if there is none
     */
    public static Kind of(String name) {
      List<String> names = Arrays.stream(values()).map(Kind::toString).toList();
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            "--kind '" + name + "' is unknown; there are " + String.join(", ", names));
      }
      return valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  /** Checks what can be checked without the layer. */
  public FitOptions {
    boolean all = components == 0 && kind.isOfAllCells();
    if (!all && (components < 1 || components > MOST_COMPONENTS)) {
      throw new IllegalArgumentException("--components must be 1 to " + MOST_COMPONENTS);
    }
    if (cells < 0 || topK < 1 || workers < 1) {
      throw new IllegalArgumentException("--cells, --topk and --workers must be at least 1");
    }
    if (kind == Kind.DICTIONARY && topK > components) {
      throw new IllegalArgumentException(
          "--topk " + topK + " of only " + components + " components");
    }
  }

  /** Cells to draw from a layer of so many channels. */
  int sample(int channels) {
    return cells > 0 ? cells : Math.min(CELLS, USUAL_NUMBERS / channels);
  }

  /** Whether a sample of so many cells is more than one holds in memory. */
  static boolean isTooLarge(long cells, int channels) {
    return cells * channels > MOST_NUMBERS;
  }
}
