package org.netdissect.dissection;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.DataException;
import org.netdissect.concepts.Photographs;
import org.netdissect.concepts.Photographs.Photograph;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Network;
import org.netdissect.networks.Runner;
import org.netdissect.networks.TappedNetwork;

/** Activations of a network, computed from the data set's photographs. */
final class NetworkSource implements ActivationSource {
  private static final long MAX_FILE = 1L << 28;

  private final Network network;
  private final TappedNetwork tapped;
  private final List<LayerInfo> layers;
  private final ConceptDataset data;
  private final ImageSet images;
  private final Convention convention;
  private final int batch;

  NetworkSource(
      Network network,
      TappedNetwork tapped,
      List<LayerInfo> layers,
      ConceptDataset data,
      ImageSet images,
      Convention convention,
      int batch) {
    this.network = network;
    this.tapped = tapped;
    this.layers = layers;
    this.data = data;
    this.images = images;
    this.convention = convention;
    this.batch = batch;
  }

  @Override
  public List<LayerInfo> layers() {
    return layers;
  }

  @Override
  public InputSize input() {
    return new InputSize(network.inputHeight(), network.inputWidth());
  }

  @Override
  public int batch() {
    return batch;
  }

  @Override
  public Reader newReader() throws IOException {
    return new NetworkReader(tapped.newRunner(batch));
  }

  @Override
  public void close() throws IOException {
    tapped.close();
  }

  private final class NetworkReader implements Reader {
    private final Runner runner;
    private final MessageDigest sha256 = Digests.sha256();

    NetworkReader(Runner runner) {
      this.runner = runner;
    }

    @Override
    public void read(int[] numbers, float[][] dense, int slot, Outcome outcome) throws IOException {
      int filled = 0;
      int at = slot;
      for (int image : numbers) {
        if (load(image, filled, outcome)) {
          filled++;
        }
        if (filled == runner.batch()) {
          flush(filled, dense, at);
          at += filled;
          filled = 0;
        }
      }
      if (filled > 0) {
        flush(filled, dense, at);
      }
    }

    private boolean load(int image, int slot, Outcome outcome) throws IOException {
      Path path = data.photograph(data.images().get(images.atlasIndex(image)));
      byte[] file;
      Photograph photograph;
      try {
        if (Files.size(path) > MAX_FILE) {
          throw new DataException(path + ": larger than 256 MiB");
        }
        file = Files.readAllBytes(path);
        photograph = Photographs.decode(file, path.toString());
      } catch (NoSuchFileException e) {
        outcome.unreadable(image, "photograph missing");
        return false;
      } catch (DataException e) {
        outcome.unreadable(image, e.getMessage().replace(path.toString(), images.name(image)));
        return false;
      }
      int height = network.inputHeight();
      int width = network.inputWidth();
      if (photograph.height() != height || photograph.width() != width) {
        if (convention == Convention.PAPER) {
          throw refusedSize(
              images.name(image), photograph.height(), photograph.width(), height, width);
        }
        photograph = photograph.resized(height, width);
      }
      runner.photograph(slot, photograph.rgb());
      outcome.read(image, sha256.digest(file));
      return true;
    }

    private void flush(int count, float[][] dense, int slot) throws IOException {
      FloatBuffer[] maps = runner.run(count);
      for (int l = 0; l < maps.length; l++) {
        int perImage = layers.get(l).units() * layers.get(l).cells();
        maps[l].get(0, dense[l], slot * perImage, count * perImage);
      }
    }

    @Override
    public void close() throws IOException {
      runner.close();
    }
  }

  static DissectionException refusedSize(
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
