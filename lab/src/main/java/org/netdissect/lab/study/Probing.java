package org.netdissect.lab.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.probes.Pool;
import org.netdissect.analysis.probes.Probe;
import org.netdissect.analysis.probes.ProbeOptions;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.files.WholeFile;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.activations.NetworkSource;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.Device;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.pictures.Framing;
import org.netdissect.results.Dissection;
import org.netdissect.results.LayerDissection;

/**
 * How well the dissected layers of a study's networks serve a task: the accuracy of a linear
 * classifier on their features (the paper's Figure 12).
 *
 * @param data images with a class each; null for the study's own
 * @param pool what of each unit is a feature
 * @param cost C of the support vector machine
 * @param splits how often images are held back anew
 * @param trained share of each class that is trained on
 * @param seed of the splits
 * @param at where the images are named, or else that networks are probed
 */
record Probing(
    @Nullable Path data, Pool pool, double cost, int splits, double trained, long seed, Place at) {
  private static final int BATCH = 16;
  private static final String HEAD = "accuracy";

  private ProbeOptions options() {
    return new ProbeOptions(
        pool, cost, splits, trained, seed, Runtime.getRuntime().availableProcessors());
  }

  /** Makes ready to probe networks on images. */
  Probe on(ConceptDataset images, Progress progress) throws IOException {
    return Probe.of(images, null, options(), null, progress);
  }

  /** What makes an accuracy, beside network, layer and images. */
  String made() {
    return String.join(
        " ", pool.toString(), "" + cost, "" + splits, "" + trained, "" + seed, "probe");
  }

  /** Probes the last layer of a dissection and writes the accuracy of every split. */
  static void write(
      Probe probe,
      Network network,
      Preprocessing preprocessing,
      Dissection dissected,
      Path to,
      Progress progress)
      throws IOException {
    List<Probe.OfLayer> all =
        probe.run(
            dissected.info().network(),
            (images, order) ->
                NetworkSource.open(
                    List.of(network),
                    List.of("tensor:" + layer(dissected)),
                    List.of(preprocessing),
                    Framing.STRETCH,
                    images,
                    order,
                    Convention.LITE,
                    Quantile.DEFAULT,
                    Device.CPU,
                    BATCH,
                    progress));
    StringBuilder text = new StringBuilder(HEAD).append('\n');
    for (double accuracy : all.get(0).entry().accuracies()) {
      text.append(accuracy).append('\n');
    }
    Files.createDirectories(Objects.requireNonNull(to.getParent()));
    WholeFile.text(to, text);
  }

  /** The layer that is probed: the last one that was dissected. */
  private static String layer(Dissection dissected) {
    List<LayerDissection> own =
        dissected.layers().stream().filter(layer -> layer.layer().basis() == null).toList();
    return own.get(own.size() - 1).layer().name();
  }

  /** The mean accuracy over the splits, as written. */
  static double read(Path from) throws IOException {
    List<String> lines = Files.readAllLines(from);
    if (lines.size() < 2 || !lines.get(0).equals(HEAD)) {
      throw new DataException(from + ": not as a study writes it; delete it");
    }
    try {
      return lines.stream().skip(1).mapToDouble(Double::parseDouble).average().orElseThrow();
    } catch (NumberFormatException e) {
      throw new DataException(from + ": not as a study writes it; delete it", e);
    }
  }
}
