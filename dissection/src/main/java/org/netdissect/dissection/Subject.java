package org.netdissect.dissection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Json;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.activations.NetworkSource;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.activations.RecordedSource;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.networks.Device;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.pictures.Framing;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.FolderNames;
import tools.jackson.databind.node.ObjectNode;

/** What is dissected: where a run's activations come from, and how a result tells of it. */
sealed interface Subject {
  /** The result folders to write: that of the run, or folders in it. */
  default List<Path> resultFolders(Path out) {
    return List.of(out);
  }

  /** Names of the images in the order of the maps, or null if any image can be asked for. */
  default @Nullable List<String> imageList() {
    return null;
  }

  /**
   * Opens it for the images of a run.
   *
   * @param progress warned of what is guessed
   */
  ActivationSource open(
      ConceptDataset data,
      ImageSet images,
      Convention convention,
      Framing framing,
      Progress progress)
      throws IOException;

  /**
   * What the n-th result says of its network.
   *
   * @param input size that the geometry is relative to; null for each image's own
   */
  NetworkInfo describe(int result, @Nullable InputSize input, Framing framing) throws IOException;

  /** What computes it; null where nothing is computed. */
  default @Nullable Device device() {
    return null;
  }

  /** Adds what else decides the result, for telling whether a run may go on. */
  default void addInputs(ObjectNode inputs) throws IOException {}

  /**
   * Networks fed with the data set's photographs.
   *
   * @param layers names or globs, the same for all; empty for each network's default
   * @param preprocessings of each network
   * @param quantile to tell whether a default layer saturates
   * @param device that computes them
   * @param batch images a call
   */
  record OfNetworks(
      List<Network> networks,
      List<String> layers,
      List<Preprocessing> preprocessings,
      Quantile quantile,
      Device device,
      int batch)
      implements Subject {
    @Override
    public List<Path> resultFolders(Path out) {
      if (networks.size() < 2) {
        return List.of(out);
      }
      FolderNames folders = FolderNames.inResult();
      return networks.stream()
          .map(network -> network.name().replaceFirst("\\.(onnx|prototxt)$", ""))
          .map(name -> out.resolve(folders.of(name)))
          .toList();
    }

    @Override
    public ActivationSource open(
        ConceptDataset data,
        ImageSet images,
        Convention convention,
        Framing framing,
        Progress progress)
        throws IOException {
      return NetworkSource.open(
          networks,
          layers,
          preprocessings,
          framing,
          data,
          images,
          convention,
          quantile,
          device,
          batch,
          progress);
    }

    @Override
    public NetworkInfo describe(int result, @Nullable InputSize input, Framing framing)
        throws IOException {
      InputSize size = Objects.requireNonNull(input, "a network's input has a size");
      return NetworkSource.describe(
          networks.get(result), preprocessings.get(result), framing, size);
    }

    @Override
    public void addInputs(ObjectNode inputs) {
      // Devices round differently: what one has recorded is not to be mixed with another's.
      if (!device.equals(Device.CPU)) {
        inputs.put("device", device.toString());
      }
    }
  }

  /** Maps that another framework recorded. */
  record OfRecorded(RecordedActivations recorded) implements Subject {
    @Override
    public List<String> imageList() {
      return recorded.images();
    }

    @Override
    public ActivationSource open(
        ConceptDataset data,
        ImageSet images,
        Convention convention,
        Framing framing,
        Progress progress)
        throws IOException {
      return RecordedSource.open(recorded, images, convention, progress);
    }

    @Override
    public NetworkInfo describe(int result, @Nullable InputSize input, Framing framing) {
      return unnamed(input, framing);
    }

    @Override
    public void addInputs(ObjectNode inputs) throws IOException {
      inputs.set("images", Json.mapper().valueToTree(recorded.images()));
      for (RecordedActivations.Maps layer : recorded.layers()) {
        inputs.put(
            "file of " + layer.name(),
            Files.size(layer.file())
                + " bytes of "
                + Files.getLastModifiedTime(layer.file()).toInstant());
      }
    }
  }

  /** Activations of any origin. */
  record OfSource(ActivationSource.Factory factory) implements Subject {
    @Override
    public ActivationSource open(
        ConceptDataset data,
        ImageSet images,
        Convention convention,
        Framing framing,
        Progress progress)
        throws IOException {
      return factory.open(images);
    }

    @Override
    public NetworkInfo describe(int result, @Nullable InputSize input, Framing framing) {
      return unnamed(input, framing);
    }
  }

  /** As a result says it: nothing where photographs are stretched, as nearly all are. */
  private static NetworkInfo unnamed(@Nullable InputSize input, Framing framing) {
    return new NetworkInfo(
        null,
        null,
        null,
        input == null ? null : input.height(),
        input == null ? null : input.width(),
        null,
        NetworkSource.word(framing),
        null);
  }
}
