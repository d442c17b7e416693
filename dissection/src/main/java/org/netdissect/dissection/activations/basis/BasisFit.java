package org.netdissect.dissection.activations.basis;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.ToolVersion;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.activations.MapsPass;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.FitInfo;
import org.netdissect.results.LayerInfo;

/**
 * Fits directions to the activations of one layer, in one pass over the images. Components take all
 * cells, in memory of the square of the channels; the other methods take a seeded sample of cells.
 */
public final class BasisFit {
  /** Of more channels the covariance would not fit into ordinary memory. */
  private static final int MOST_CHANNELS = 4096;

  private static final int FEWEST_CELLS = 100;
  private static final int SHARES = 64;

  private final ActivationSource source;
  private final ImageOrder images;
  private final FitOptions options;
  private final Progress progress;
  private final LayerInfo layer;

  private BasisFit(
      ActivationSource source, ImageOrder images, FitOptions options, Progress progress) {
    this.source = source;
    this.images = images;
    this.options = options;
    this.progress = progress;
    layer = source.layers().get(0);
  }

  /** Directions, and what is told of how they came about. */
  private record Made(
      double[][] rows,
      double @Nullable [] bias,
      @Nullable Double explained,
      @Nullable List<Double> shares,
      @Nullable Double error,
      @Nullable Integer rounds,
      SparseDictionary.@Nullable Quality quality) {}

  /**
   * Fits.
   *
   * @param source of one layer
   * @param network whose layer it is
   * @param data name of the data set
   * @throws DissectionException in one line if the layer does not suit the method
   */
  public static Fitted fit(
      ActivationSource source,
      ImageOrder images,
      NetworkInfo network,
      String data,
      FitOptions options,
      Progress progress)
      throws IOException {
    if (source.layers().size() != 1) {
      throw new IllegalArgumentException("directions are fitted to one layer");
    }
    return new BasisFit(source, images, options, progress).fit(network, data);
  }

  private Fitted fit(NetworkInfo network, String data) throws IOException {
    return options.kind().isOfAllCells() ? components(network, data) : sampled(network, data);
  }

  private Fitted components(NetworkInfo network, String data) throws IOException {
    int n = layer.units();
    if (n > MOST_CHANNELS) {
      throw wrong(n + " channels are too many for " + options.kind() + "; at most 4096");
    }
    int k = options.components() == 0 ? n : options.components();
    if (k > n) {
      throw wrong("it has " + n + " channels, so there are no " + k + " components");
    }
    Moments moments = new Moments(n);
    MapsPass.Read read =
        new MapsPass(source, images)
            .run(
                "reading " + layer.name(),
                options.workers(),
                progress,
                block -> Moments.of(finite(block), n, layer.cells()),
                moments::add);
    Components all = Components.of(moments.covariance());
    if (all.rank() == 0) {
      throw wrong("all its values are the same, so there is nothing to find");
    }
    boolean white = options.kind() == FitOptions.Kind.WHITENING;
    if (white && k > all.rank()) {
      throw wrong(
          "it varies in "
              + all.rank()
              + " directions only, so no more can be whitened; ask for --components "
              + all.rank()
              + " or fewer");
    }
    double[][] rows = Arrays.copyOf(all.rows(), k);
    for (int i = 0; i < k && white; i++) {
      double deviation = Math.sqrt(all.variances()[i]);
      rows[i] = Arrays.stream(rows[i]).map(value -> value / deviation).toArray();
    }
    double explained = Arrays.stream(all.variances()).limit(k).sum() / all.total();
    List<Double> shares =
        Arrays.stream(all.variances())
            .limit(Math.min(k, SHARES))
            .mapToObj(v -> v / all.total())
            .toList();
    Made made = new Made(rows, centring(rows, moments.mean()), explained, shares, null, null, null);
    return fitted(made, network, data, read, moments.cells(), null);
  }

  /** What to add so that the mean becomes zero. */
  private static double[] centring(double[][] rows, double[] mean) {
    return Arrays.stream(rows)
        .mapToDouble(
            row -> -IntStream.range(0, row.length).mapToDouble(j -> row[j] * mean[j]).sum())
        .toArray();
  }

  private Fitted sampled(NetworkInfo network, String data) throws IOException {
    int n = layer.units();
    long all = (long) images.size() * layer.cells();
    int wanted = (int) Math.min(all, options.sample(n));
    if (FitOptions.isTooLarge(wanted, n)) {
      throw wrong(wanted + " cells of " + n + " channels are too many; ask for fewer --cells");
    }
    if ((long) options.components() * n > Basis.MOST_NUMBERS) {
      throw wrong(options.components() + " directions of " + n + " channels are too many");
    }
    CellSampler sampler = new CellSampler(images.size(), n, layer.cells(), wanted, options.seed());
    double[] values = new double[wanted * n];
    int[] filled = new int[1];
    MapsPass.Read read =
        new MapsPass(source, images)
            .run(
                "reading " + layer.name(),
                options.workers(),
                progress,
                block -> sampler.draw(finite(block)),
                drawn -> {
                  System.arraycopy(drawn, 0, values, filled[0], drawn.length);
                  filled[0] += drawn.length;
                });
    Cells cells = new Cells(Arrays.copyOf(values, filled[0]), filled[0] / n, n);
    return fitted(
        made(cells), network, data, read, (long) read.images() * layer.cells(), cells.count());
  }

  private Made made(Cells cells) throws IOException {
    int k = options.components();
    if (cells.count() < Math.max(FEWEST_CELLS, k)) {
      throw wrong(
          cells.count()
              + " cells are too few for "
              + k
              + (k == 1 ? " direction" : " directions")
              + "; give more images or --cells");
    }
    return switch (options.kind()) {
      case NMF -> parts(cells, k);
      case KMEANS -> clusters(cells, k);
      default -> dictionary(cells, k);
    };
  }

  private Made parts(Cells cells, int k) throws IOException {
    double least = Arrays.stream(cells.values()).min().orElse(0);
    if (least < 0) {
      throw wrong(
          "nmf wants values of 0 and above, but "
              + least
              + " is among them; take a layer behind its ReLU");
    }
    if (cells.meanSquare() == 0) {
      throw wrong("all its values are 0, so there is nothing to find");
    }
    NonNegativeParts parts = NonNegativeParts.of(cells, k, options.seed(), options.workers());
    return new Made(
        matrix(parts.parts(), k), null, null, null, parts.error(), parts.rounds(), null);
  }

  private Made clusters(Cells cells, int k) throws IOException {
    KMeans clusters = KMeans.of(cells, k, options.seed(), options.workers());
    double[][] rows = matrix(clusters.centres(), k);
    // So the nearest centre is the direction with the largest value.
    double[] bias =
        Arrays.stream(rows)
            .mapToDouble(row -> -Arrays.stream(row).map(value -> value * value).sum() / 2)
            .toArray();
    return new Made(rows, bias, null, null, clusters.inertia(), clusters.rounds(), null);
  }

  private Made dictionary(Cells cells, int k) throws IOException {
    SparseDictionary dictionary =
        SparseDictionary.train(
            cells, k, options.topK(), options.seed(), options.workers(), progress);
    SparseDictionary.Quality quality = dictionary.quality();
    if (quality.explained() < 0) {
      progress.warn(
          Text.oneLine(
              "layer "
                  + layer.name()
                  + ": the dictionary explains less than the mean of the cells would (below 0);"
                  + " give more images, or ask for fewer --components"));
    }
    return new Made(
        dictionary.rows(), dictionary.biases(), quality.explained(), null, null, null, quality);
  }

  private static double[][] matrix(double[] values, int rows) {
    int columns = values.length / rows;
    double[][] matrix = new double[rows][];
    for (int i = 0; i < rows; i++) {
      matrix[i] = Arrays.copyOfRange(values, i * columns, (i + 1) * columns);
    }
    return matrix;
  }

  private Fitted fitted(
      Made made,
      NetworkInfo network,
      String data,
      MapsPass.Read read,
      long cells,
      @Nullable Integer sample) {
    boolean dictionary = options.kind() == FitOptions.Kind.DICTIONARY;
    FitInfo info =
        new FitInfo(
            FitInfo.FORMAT,
            ToolVersion.get(),
            options.kind().toString(),
            made.rows().length,
            sample == null ? null : options.seed(),
            network,
            layer.name(),
            layer.units(),
            data,
            read.images(),
            read.unreadable().size(),
            read.sha256(),
            cells,
            sample,
            made.explained(),
            made.shares(),
            made.error(),
            made.rounds(),
            made.quality() == null ? null : made.quality().meanActive(),
            made.quality() == null ? null : made.quality().dead(),
            Fitted.digest(made.rows()),
            made.bias() == null ? null : Fitted.digest(made.bias()),
            dictionary ? true : null,
            dictionary ? options.topK() : null);
    return new Fitted(made.rows(), made.bias(), info);
  }

  /** Refuses values that no sum survives. */
  private MapsPass.Block finite(MapsPass.Block block) throws DissectionException {
    int each = layer.units() * layer.cells();
    for (int a = 0; a < block.images().length * each; a++) {
      if (!Float.isFinite(block.maps()[0][a])) {
        throw wrong(
            "unit "
                + a % each / layer.cells()
                + " is "
                + block.maps()[0][a]
                + " on image "
                + images.name(block.images()[a / each]));
      }
    }
    return block;
  }

  private DissectionException wrong(String what) {
    return new DissectionException("layer " + layer.name() + ": " + what);
  }
}
