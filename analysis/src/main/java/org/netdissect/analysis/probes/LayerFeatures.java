package org.netdissect.analysis.probes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.Json;
import org.netdissect.base.Progress;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.activations.MapsPass;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.LayerInfo;

/**
 * The features that layers give of images, extracted once: kept by what the network, the layer and
 * the photographs are, not by their names.
 *
 * @param values by layer and image; null for images that cannot be read
 */
record LayerFeatures(List<float[][]> values) {
  /** Features of all images: what fits into memory as numbers and again as LIBLINEAR's. */
  private static final long MOST_NUMBERS = 1L << 26;

  /** A photograph of more bytes is not read at all. */
  private static final long LARGEST_PHOTOGRAPH = 1L << 28;

  static LayerFeatures of(
      ActivationSource source,
      NetworkInfo network,
      ClassImages images,
      Pool pool,
      @Nullable FeatureCache cache,
      int workers,
      Progress progress)
      throws IOException {
    List<LayerInfo> layers = source.layers();
    int count = images.images().size();
    for (LayerInfo layer : layers) {
      if ((long) pool.size(layer) * count > MOST_NUMBERS) {
        throw new DissectionException(
            "layer "
                + layer.name()
                + ": "
                + pool.size(layer)
                + " features of "
                + count
                + " images are too many numbers; use --pool avg or max");
      }
    }
    String photographs = cache == null ? "" : digest(images);
    List<String> keys =
        layers.stream().map(layer -> key(network, layer, pool, photographs)).toList();
    List<float[][]> values = new ArrayList<>();
    for (int l = 0; l < layers.size(); l++) {
      float[][] kept =
          cache == null ? null : cache.read(keys.get(l), count, pool.size(layers.get(l)));
      if (kept == null) {
        break;
      }
      values.add(kept);
    }
    if (values.size() == layers.size()) {
      return new LayerFeatures(values);
    }
    List<float[][]> fresh = extract(source, images, pool, workers, progress);
    for (int l = 0; l < layers.size() && cache != null; l++) {
      cache.write(keys.get(l), fresh.get(l));
    }
    return new LayerFeatures(fresh);
  }

  private static List<float[][]> extract(
      ActivationSource source, ClassImages images, Pool pool, int workers, Progress progress)
      throws IOException {
    List<LayerInfo> layers = source.layers();
    List<float[][]> values = new ArrayList<>();
    layers.forEach(layer -> values.add(new float[images.images().size()][]));
    new MapsPass(source, images.images())
        .run(
            "features of " + images.data().name(),
            workers,
            progress,
            block -> {
              for (int l = 0; l < layers.size(); l++) {
                LayerInfo layer = layers.get(l);
                for (int i = 0; i < block.images().length; i++) {
                  int from = i * layer.units() * layer.cells();
                  float[] features = pool.of(layer, block.maps()[l], from);
                  for (float value : features) {
                    if (!Float.isFinite(value)) {
                      throw new DissectionException(
                          "layer "
                              + layer.name()
                              + " gives "
                              + value
                              + " on image "
                              + images.images().name(block.images()[i]));
                    }
                  }
                  values.get(l)[block.images()[i]] = features;
                }
              }
              return block;
            },
            block -> {});
    return values;
  }

  /** Digest of all photographs, in order; one that cannot be read counts as such. */
  private static String digest(ClassImages images) throws IOException {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < images.images().size(); i++) {
      Path file =
          images.data().photograph(images.data().images().get(images.images().atlasIndex(i)));
      boolean isRead = Files.isRegularFile(file) && Files.size(file) <= LARGEST_PHOTOGRAPH;
      all.append(isRead ? Digests.sha256Hex(file) : "none").append('\n');
    }
    return sha256(all.toString());
  }

  private static String sha256(String text) {
    return Digests.sha256Hex(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
  }

  private static String key(NetworkInfo network, LayerInfo layer, Pool pool, String photographs) {
    return sha256(
        "features 1\n" + Json.pretty(network) + Json.pretty(layer) + pool + "\n" + photographs);
  }

  /** Refuses features that tell nothing. */
  void check(int layer, String name) throws DataException {
    for (float[] one : values.get(layer)) {
      if (one != null) {
        for (float value : one) {
          if (value != 0) {
            return;
          }
        }
      }
    }
    throw new DataException("layer " + name + ": all features are zero, so nothing can be told");
  }
}
