package org.netdissect.dissection.activations;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.Device;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Layer;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.Runner;
import org.netdissect.networks.TappedNetwork;
import org.netdissect.networks.TokenGrid;
import org.netdissect.pictures.Framing;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Photographs.Photograph;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.DissectionInfo.PreprocessingInfo;
import org.netdissect.results.LayerInfo;

/**
 * Activations of one or several networks, computed from the data set's photographs; each photograph
 * is read and decoded once for all of them.
 */
public final class NetworkSource implements ActivationSource {
  /** No more images than this are ever read at once. */
  private static final int LARGEST_BATCH = 64;

  private final List<Tapped> networks;
  private final List<LayerInfo> layers;
  private final Framing framing;
  private final ConceptDataset data;
  private final ImageOrder images;
  private final Convention convention;
  private final int batch;

  /**
   * A network and the layers tapped in it, in the order in which it gives them.
   *
   * @param tapped is closed with the source
   */
  private record Tapped(Network network, TappedNetwork tapped, List<LayerInfo> layers) {
    InputSize input() {
      return new InputSize(network.inputHeight(), network.inputWidth());
    }
  }

  /**
   * Taps networks and opens them for the images of a dissection.
   *
   * @param specs layers by tensor name, node name or glob, the same for all networks; empty for
   *     each network's default layer, or what comes before it if it saturates
   * @param preprocessings of each network
   * @param framing how photographs come into their inputs
   * @param device that computes them
   * @param batch images a call of a network, where the model allows it
   * @param progress warned of layers that saturate and of unknown receptive fields
   */
  public static NetworkSource open(
      List<Network> networks,
      List<String> specs,
      List<Preprocessing> preprocessings,
      Framing framing,
      ConceptDataset data,
      ImageOrder images,
      Convention convention,
      Quantile quantile,
      Device device,
      int batch,
      Progress progress)
      throws IOException {
    List<Tapped> tapped = new ArrayList<>();
    Function<Tapped, ActivationSource> alone =
        one -> new NetworkSource(List.of(one), framing, data, images, convention, batch);
    try {
      for (int i = 0; i < networks.size(); i++) {
        Network network = networks.get(i);
        Preprocessing preprocessing = preprocessings.get(i);
        List<Layer> layers = layers(network, specs);
        List<Layer> unbound = network.beforeBound(layers.get(0));
        if (specs.isEmpty() && !unbound.isEmpty()) {
          Saturation saturation;
          try (ActivationSource bound =
              alone.apply(tap(network, layers, preprocessing, device, convention, Progress.NONE))) {
            saturation = Saturation.measure(bound, images.size(), quantile.share());
          }
          if (saturation.isCommon()) {
            progress.warn(saturation.warning(layers.get(0).name(), unbound));
            layers = unbound;
          }
        }
        tapped.add(tap(network, layers, preprocessing, device, convention, progress));
      }
      return new NetworkSource(tapped, framing, data, images, convention, batch);
    } catch (IOException | RuntimeException e) {
      for (Tapped network : tapped) {
        network.tapped().close();
      }
      throw e;
    }
  }

  private static Tapped tap(
      Network network,
      List<Layer> layers,
      Preprocessing preprocessing,
      Device device,
      Convention convention,
      Progress progress)
      throws IOException {
    List<LayerInfo> infos = describe(layers, convention, progress);
    return new Tapped(network, network.tap(layers, preprocessing, device), infos);
  }

  private static List<Layer> layers(Network network, List<String> specs) throws IOException {
    Map<String, Layer> byName = new LinkedHashMap<>();
    if (specs.isEmpty()) {
      byName.put(network.defaultLayer().name(), network.defaultLayer());
    }
    for (String spec : specs) {
      network.resolve(spec).forEach(layer -> byName.put(layer.name(), layer));
    }
    return List.copyOf(byName.values());
  }

  private static List<LayerInfo> describe(
      List<Layer> layers, Convention convention, Progress progress) throws DissectionException {
    LayerDescriptions describe = new LayerDescriptions(convention, progress);
    List<LayerInfo> infos = new ArrayList<>();
    for (Layer layer : layers) {
      infos.add(
          describe.of(
              layer.name(),
              layer.kind(),
              layer.channels(),
              layer.height(),
              layer.width(),
              layer.field()));
    }
    describe.warn();
    return infos;
  }

  /**
   * What results say of a network.
   *
   * @param framing how photographs come into its input
   * @param input size that the geometry is relative to
   */
  public static NetworkInfo describe(
      Network network, Preprocessing preprocessing, Framing framing, InputSize input)
      throws IOException {
    Map<String, String> weightFiles = network.weightFiles();
    return new NetworkInfo(
        network.name(),
        network.sha256(),
        weightFiles.isEmpty() ? null : weightFiles,
        input.height(),
        input.width(),
        network.givenTokens().map(TokenGrid::toString).orElse(null),
        word(framing),
        new PreprocessingInfo(
            preprocessing.channels().name(),
            preprocessing.scale(),
            preprocessing.mean(),
            preprocessing.std()));
  }

  /** How results name a framing; null where photographs are stretched. */
  public static @Nullable String word(Framing framing) {
    return framing == Framing.STRETCH ? null : framing.word();
  }

  private NetworkSource(
      List<Tapped> networks,
      Framing framing,
      ConceptDataset data,
      ImageOrder images,
      Convention convention,
      int batch) {
    this.networks = networks;
    this.layers = networks.stream().flatMap(network -> network.layers().stream()).toList();
    this.framing = framing;
    this.data = data;
    this.images = images;
    this.convention = convention;
    this.batch = Math.min(batch, LARGEST_BATCH);
  }

  @Override
  public List<LayerInfo> layers() {
    return layers;
  }

  @Override
  public InputSize input(int layer) {
    int left = layer;
    for (Tapped network : networks) {
      if (left < network.layers().size()) {
        return network.input();
      }
      left -= network.layers().size();
    }
    throw new IndexOutOfBoundsException(layer);
  }

  @Override
  public List<Integer> layersOf(int network) {
    int from = 0;
    for (Tapped before : networks.subList(0, network)) {
      from += before.layers().size();
    }
    int count = networks.get(network).layers().size();
    return IntStream.range(from, from + count).boxed().toList();
  }

  @Override
  public int batch() {
    return batch;
  }

  @Override
  public Reader newReader() throws IOException {
    return new NetworkReader();
  }

  @Override
  public void close() throws IOException {
    for (Tapped network : networks) {
      network.tapped().close();
    }
  }

  /**
   * Decodes all photographs asked for before the first goes through a network: alternating would
   * have each find the processor's caches full of the other's.
   */
  private final class NetworkReader implements Reader {
    private final List<Runner> runners = new ArrayList<>();
    private final MessageDigest sha256 = Digests.sha256();

    /** By network, the photographs decoded and of its input's size. */
    private final List<List<byte[]>> pixels = new ArrayList<>();

    NetworkReader() throws IOException {
      try {
        for (Tapped network : networks) {
          runners.add(network.tapped().newRunner(batch));
          pixels.add(new ArrayList<>());
        }
      } catch (IOException | RuntimeException e) {
        close();
        throw e;
      }
    }

    @Override
    public void read(int[] numbers, float[][] dense, int slot, Outcome outcome) throws IOException {
      pixels.forEach(List::clear);
      for (int image : numbers) {
        load(image, outcome);
      }
      int layer = 0;
      for (int n = 0; n < runners.size(); n++) {
        List<byte[]> all = pixels.get(n);
        int step = runners.get(n).batch();
        for (int from = 0; from < all.size(); from += step) {
          run(n, all.subList(from, Math.min(all.size(), from + step)), dense, layer, slot + from);
        }
        layer += networks.get(n).layers().size();
      }
    }

    private void load(int image, Outcome outcome) throws IOException {
      ImageRow row = data.images().get(images.atlasIndex(image));
      Path path = data.photograph(row);
      if (framing != Framing.STRETCH && (row.photoHeight() < 1 || row.photoWidth() < 1)) {
        outcome.unreadable(image, "its size was not known when the data set was read");
        return;
      }
      byte[] file;
      Photograph photograph;
      try {
        file = Photographs.bytes(path);
        photograph = Photographs.decode(file, path.toString(), row.photoHeight(), row.photoWidth());
      } catch (DataException e) {
        outcome.unreadable(
            image,
            e.getCause() instanceof NoSuchFileException
                ? "photograph missing"
                : e.getMessage().replace(path.toString(), images.name(image)));
        return;
      }
      for (int n = 0; n < runners.size(); n++) {
        InputSize input = networks.get(n).input();
        Photograph fitting = photograph;
        if (photograph.height() != input.height() || photograph.width() != input.width()) {
          if (convention == Convention.PAPER) {
            throw refusedSize(
                images.name(image),
                photograph.height(),
                photograph.width(),
                input.height(),
                input.width());
          }
          fitting = photograph.framed(framing, input.height(), input.width());
        }
        pixels.get(n).add(fitting.rgb());
      }
      outcome.read(image, sha256.digest(file));
    }

    /** Sends photographs through a network and copies what its layers give. */
    private void run(
        int network, List<byte[]> photographs, float[][] dense, int firstLayer, int slot)
        throws IOException {
      Runner runner = runners.get(network);
      for (int i = 0; i < photographs.size(); i++) {
        runner.photograph(i, photographs.get(i));
      }
      int layer = firstLayer;
      for (FloatBuffer maps : runner.run(photographs.size())) {
        int perImage = layers.get(layer).units() * layers.get(layer).cells();
        maps.get(0, dense[layer], slot * perImage, photographs.size() * perImage);
        layer++;
      }
    }

    @Override
    public void close() {
      runners.forEach(Runner::close);
    }
  }

  public static DissectionException refusedSize(
      String image, int height, int width, int inputHeight, int inputWidth) {
    return new DissectionException(
        "photograph "
            + image
            + " is "
            + height
            + "×"
            + width
            + " and the network's input "
            + inputHeight
            + "×"
            + inputWidth
            + ": the convention 'paper' does not resize; use --convention exact or lite");
  }
}
