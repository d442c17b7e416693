package org.netdissect.dissection.activations.basis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Projection;
import org.netdissect.results.BasisInfo;
import org.netdissect.results.DirectionTable;
import org.netdissect.results.DirectionTable.Coefficient;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.FolderNames;
import org.netdissect.results.LayerInfo;

/**
 * A source with views beside each of its layers. Photographs, forward pass and labels are shared;
 * the views are computed by the runtime from the layer's maps, whether a network gave them or a
 * file.
 */
public final class ViewedSource implements ActivationSource {
  private final ActivationSource source;
  private final List<LayerInfo> layers = new ArrayList<>();

  /** By layer of the source: its place here; its views follow. */
  private final int[] place;

  /** By layer of the source. */
  private final List<List<View>> views = new ArrayList<>();

  private final List<Projection> projections = new ArrayList<>();

  private ViewedSource(ActivationSource source) {
    this.source = source;
    place = new int[source.layers().size()];
  }

  /** Tells of the networks that a source's layers belong to. */
  public interface Networks {
    /**
     * What results say of one.
     *
     * @param network its number
     * @param input size of its input; null for each image's own
     */
    NetworkInfo describe(int network, @Nullable InputSize input) throws IOException;
  }

  /**
   * Adds views to a source, which is closed with this one, or if this fails.
   *
   * @param networks whose layers the source has
   * @param progress told what should be known of the bases
   * @throws DissectionException in one line if a matrix does not fit a layer
   */
  public static ActivationSource of(
      ActivationSource source, List<Basis> bases, Networks networks, Progress progress)
      throws IOException {
    if (bases.isEmpty()) {
      return source;
    }
    ViewedSource viewed = new ViewedSource(source);
    try {
      viewed.open(bases, viewed.fitting(bases, progress), networks, progress);
      for (Basis basis : bases) {
        if (basis.remark() != null) {
          progress.warn(basis.remark());
        }
      }
      return viewed;
    } catch (IOException | RuntimeException e) {
      viewed.close();
      throw e;
    }
  }

  /**
   * Which layers each basis suits, by their places in the source.
   *
   * @throws DissectionException if one suits none
   */
  private List<Set<Integer>> fitting(List<Basis> bases, Progress progress) throws IOException {
    List<Set<Integer>> fitting = new ArrayList<>();
    List<LayerInfo> all = source.layers();
    for (Basis basis : bases) {
      int channels = basis.channels();
      Set<Integer> own = new HashSet<>();
      List<String> others = new ArrayList<>();
      for (int l = 0; l < all.size(); l++) {
        if (channels == 0 || all.get(l).units() == channels) {
          own.add(l);
        } else {
          others.add(all.get(l).name() + " (" + all.get(l).units() + ")");
        }
      }
      if (own.isEmpty()) {
        // Of the first layer, in the words of the basis.
        basis.views(all.get(0).name(), all.get(0).units());
      }
      if (!others.isEmpty()) {
        progress.warn(
            "--basis %s is of %d channels: no view of %s"
                .formatted(Text.oneLine(basis.toString()), channels, named(others)));
      }
      fitting.add(own);
    }
    return fitting;
  }

  private static String named(List<String> layers) {
    String first = Text.oneLine(String.join(", ", layers.subList(0, Math.min(5, layers.size()))));
    return layers.size() > 5 ? first + " and " + (layers.size() - 5) + " more" : first;
  }

  private void open(
      List<Basis> bases, List<Set<Integer>> fitting, Networks networks, Progress progress)
      throws IOException {
    int networkOf = -1;
    int firstOfNetwork = 0;
    FolderNames folders = FolderNames.inResult();
    for (int l = 0; l < source.layers().size(); l++) {
      int network = networkOf(l);
      if (network != networkOf) {
        // Results of several networks have folders of their own.
        folders = FolderNames.inResult();
        firstOfNetwork = layers.size();
        networkOf = network;
      }
      LayerInfo layer = source.layers().get(l);
      place[l] = layers.size();
      layers.add(
          new LayerInfo(
              layer.name(),
              folders.of(layer.name()),
              layer.kind(),
              layer.units(),
              layer.height(),
              layer.width(),
              layer.field()));
      List<View> own = new ArrayList<>();
      for (int b = 0; b < bases.size(); b++) {
        if (fitting.get(b).contains(l)) {
          own.addAll(bases.get(b).views(layer.name(), layer.units()));
        }
      }
      List<Projection.@Nullable Directions> directions = new ArrayList<>();
      for (View view : own) {
        String name = layer.name() + "@" + view.name();
        if (view.info().fitted() != null) {
          view.tellOfOtherUse(
              name, layer.name(), networks.describe(network, source.input(l)), progress);
        }
        for (LayerInfo other : layers.subList(firstOfNetwork, layers.size())) {
          if (other.name().equals(name)) {
            throw twice(name, view.info(), other.basis());
          }
        }
        layers.add(info(layer, name, folders, view));
        directions.add(
            view.weights() == null
                ? null
                : new Projection.Directions(
                    view.weights(), view.bias(), view.directions(), view.relu(), view.topK()));
      }
      views.add(own);
      projections.add(Projection.open(layer.units(), layer.height() * layer.width(), directions));
    }
  }

  private static DissectionException twice(String name, BasisInfo one, @Nullable BasisInfo other) {
    String advice = "ask for each once";
    if (!BasisInfo.isSameView(one, other)) {
      advice =
          other != null && Objects.equals(one.sha256(), other.sha256())
              ? "they are of one matrix with different biases; give one a copy of another name"
              : "their files differ but have the same name; rename one";
    }
    return new DissectionException(Text.oneLine("two views are called " + name + "; " + advice));
  }

  private int networkOf(int layer) {
    for (int n = 0; ; n++) {
      if (source.layersOf(n).contains(layer)) {
        return n;
      }
    }
  }

  private static LayerInfo info(LayerInfo layer, String name, FolderNames folders, View view) {
    BasisInfo info = view.info();
    return new LayerInfo(
        name,
        folders.of(name),
        "view",
        view.directions(),
        layer.height(),
        layer.width(),
        layer.field(),
        info);
  }

  @Override
  public List<LayerInfo> layers() {
    return List.copyOf(layers);
  }

  @Override
  public @Nullable InputSize input(int layer) {
    return source.input(sourceLayer(layer));
  }

  private int sourceLayer(int layer) {
    int l = place.length - 1;
    while (place[l] > layer) {
      l--;
    }
    return l;
  }

  @Override
  public List<Integer> layersOf(int network) {
    List<Integer> own = new ArrayList<>();
    for (int l : source.layersOf(network)) {
      for (int v = 0; v <= views.get(l).size(); v++) {
        own.add(place[l] + v);
      }
    }
    return own;
  }

  @Override
  public @Nullable List<List<Coefficient>> coefficients(int layer) {
    int l = sourceLayer(layer);
    if (layer == place[l]) {
      return source.coefficients(l);
    }
    View view = views.get(l).get(layer - place[l] - 1);
    float[] weights = view.weights();
    int channels = source.layers().get(l).units();
    return weights == null
        ? null
        : IntStream.range(0, view.directions())
            .mapToObj(d -> DirectionTable.largest(weights, d * channels, channels))
            .toList();
  }

  @Override
  public int batch() {
    return source.batch();
  }

  @Override
  public Reader newReader() throws IOException {
    return new ViewReader(source.newReader());
  }

  @Override
  public void close() throws IOException {
    try {
      projections.forEach(Projection::close);
    } finally {
      source.close();
    }
  }

  /** Reads the layers, then turns them. */
  private final class ViewReader implements Reader {
    private final Reader reader;
    private final List<Projection.Runner> runners = new ArrayList<>();
    private int readImages;

    ViewReader(Reader reader) throws IOException {
      this.reader = reader;
      try {
        for (Projection projection : projections) {
          runners.add(projection.newRunner());
        }
      } catch (IOException | RuntimeException e) {
        close();
        throw e;
      }
    }

    @Override
    public void read(int[] images, float[][] dense, int slot, Outcome outcome) throws IOException {
      float[][] plain = new float[place.length][];
      for (int l = 0; l < place.length; l++) {
        plain[l] = dense[place[l]];
      }
      readImages = 0;
      reader.read(
          images,
          plain,
          slot,
          new Outcome() {
            @Override
            public void read(int image, byte[] digest) {
              readImages++;
              outcome.read(image, digest);
            }

            @Override
            public void unreadable(int image, String reason) throws IOException {
              outcome.unreadable(image, reason);
            }
          });
      for (int l = 0; l < place.length; l++) {
        int count = views.get(l).size();
        float[][] targets = new float[count][];
        for (int v = 0; v < count; v++) {
          targets[v] = dense[place[l] + 1 + v];
        }
        for (int i = 0; i < readImages; i++) {
          runners.get(l).project(plain[l], slot + i, targets);
        }
      }
    }

    @Override
    public void close() throws IOException {
      runners.forEach(Projection.Runner::close);
      reader.close();
    }
  }
}
