package org.netdissect.dissection.activations;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.Digests;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.networks.InputSize;
import org.netdissect.results.LayerInfo;

/** Activation maps recorded by another framework. */
public final class RecordedSource implements ActivationSource {
  private final List<RecordedMaps> files;
  private final List<LayerInfo> layers;
  private final ImageSet images;
  private final InputSize input;

  /**
   * A source.
   *
   * @param files one for each layer, rows as in the list that the images were chosen from
   * @param input size of the network's input, or null for each image's own
   */
  public RecordedSource(
      List<RecordedMaps> files, List<LayerInfo> layers, ImageSet images, InputSize input) {
    this.files = new ArrayList<>(files);
    this.layers = layers;
    this.images = images;
    this.input = input;
  }

  @Override
  public List<LayerInfo> layers() {
    return layers;
  }

  @Override
  public InputSize input(int layer) {
    return input;
  }

  @Override
  public int batch() {
    return 1;
  }

  @Override
  public Reader newReader() {
    MessageDigest sha256 = Digests.sha256();
    return new Reader() {
      @Override
      public void read(int[] numbers, float[][] dense, int slot, Outcome outcome)
          throws IOException {
        for (int i = 0; i < numbers.length; i++) {
          for (int l = 0; l < files.size(); l++) {
            RecordedMaps maps = files.get(l);
            sha256.update(
                maps.read(images.row(numbers[i]), dense[l], (slot + i) * maps.valuesPerImage()));
          }
          outcome.read(numbers[i], sha256.digest());
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void close() throws IOException {
    for (RecordedMaps maps : files) {
      maps.close();
    }
  }
}
