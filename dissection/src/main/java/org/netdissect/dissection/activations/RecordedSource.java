package org.netdissect.dissection.activations;

import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.networks.InputSize;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerInfo;

/** Activation maps recorded by another framework. */
public final class RecordedSource implements ActivationSource {
  private final List<RecordedMaps> files;
  private final List<LayerInfo> layers;
  private final ImageSet images;
  private final @Nullable InputSize input;

  /**
   * Opens the files and compares them with the list of images.
   *
   * @param progress warned of layers of unknown receptive field, and of maps whose units seem to
   *     come last
   */
  public static RecordedSource open(
      RecordedActivations recorded, ImageSet images, Convention convention, Progress progress)
      throws IOException {
    List<RecordedMaps> files = new ArrayList<>();
    try {
      LayerDescriptions describe = new LayerDescriptions(convention, progress);
      List<LayerInfo> infos = new ArrayList<>();
      for (RecordedActivations.Maps layer : recorded.layers()) {
        RecordedMaps maps = RecordedMaps.open(layer.file(), progress);
        files.add(maps);
        if (maps.doubt() != null) {
          progress.warn(maps.doubt());
        }
        if (maps.images != recorded.images().size()) {
          throw new DissectionException(
              layer.file()
                  + ": holds maps of "
                  + maps.images
                  + " images, the list names "
                  + recorded.images().size());
        }
        infos.add(
            describe.of(
                layer.name(), "recorded", maps.units, maps.height, maps.width, layer.field()));
      }
      describe.warn();
      return new RecordedSource(files, infos, images, recorded.input());
    } catch (IOException | RuntimeException e) {
      for (RecordedMaps maps : files) {
        maps.close();
      }
      throw e;
    }
  }

  private RecordedSource(
      List<RecordedMaps> files,
      List<LayerInfo> layers,
      ImageSet images,
      @Nullable InputSize input) {
    this.files = files;
    this.layers = layers;
    this.images = images;
    this.input = input;
  }

  @Override
  public List<LayerInfo> layers() {
    return layers;
  }

  @Override
  public @Nullable InputSize input(int layer) {
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
