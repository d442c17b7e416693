package org.netdissect.dissection;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.files.TypedPath;
import org.netdissect.dissection.recording.MergedRecording;
import org.netdissect.dissection.recording.Recording;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.dissection.tally.Cuts;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.values.ValueHistograms;

/**
 * What is known of all parts of a measurement, read once by each process, when it is first needed.
 */
final class SharedParts {
  private final PartFiles files;
  private final PartSplit split;
  private final ImageSet images;
  private final List<LayerInfo> layers;
  private final ThresholdRule rule;
  private @Nullable List<ValueHistograms> histograms;
  private @Nullable List<float[]> bounds;
  private @Nullable List<Cuts> cuts;

  SharedParts(
      PartFiles files,
      PartSplit split,
      ImageSet images,
      List<LayerInfo> layers,
      ThresholdRule rule) {
    this.files = files;
    this.split = split;
    this.images = images;
    this.layers = layers;
    this.rule = rule;
  }

  boolean isOf(PartTasks.Part part) {
    return files.folder().equals(TypedPath.of(part.folder()));
  }

  PartFiles files() {
    return files;
  }

  PartSplit split() {
    return split;
  }

  private synchronized List<ValueHistograms> histograms() throws IOException {
    if (histograms == null) {
      List<ValueHistograms> read = new ArrayList<>();
      for (int l = 0; l < layers.size(); l++) {
        read.add(files.readHistograms(l, layers.get(l)));
      }
      histograms = read;
    }
    return histograms;
  }

  /** The histograms of a layer over all parts. */
  ValueHistograms histograms(int layer) throws IOException {
    return histograms().get(layer);
  }

  /** The lower bounds of the thresholds that the histograms over all parts give. */
  synchronized List<float[]> bounds() throws IOException {
    if (bounds == null) {
      List<float[]> found = new ArrayList<>();
      for (int l = 0; l < layers.size(); l++) {
        long tail = Recording.tail(rule, images, layers.get(l));
        found.add(MergedRecording.bounds(histograms(l), layers.get(l).units(), tail));
      }
      bounds = found;
    }
    return bounds;
  }

  /** Where a layer's maps are cut. */
  synchronized Cuts cuts(int layer) throws IOException {
    if (cuts == null) {
      cuts = files.readCuts(layers, rule.keep() != null);
    }
    return cuts.get(layer);
  }
}
