package org.netdissect.lab.study;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.lab.train.TrainingOptions;

/**
 * One network of a study.
 *
 * @param name different for each network of the study
 * @param group the entry of the file that it comes from
 * @param factors what it differs by, name → value; "network" is the group's name
 * @param model its file; null for one that is trained first
 * @param training how it is trained, with the folders still open; null for a model that is there
 * @param iteration the checkpoint of the training; null for its end
 * @param initFrom name of the network that its training starts from; null for none
 * @param origin which training it comes from; checkpoints of one training share it
 * @param looks what of it is dissected, and how
 */
record Subject(
    String name,
    String group,
    Map<String, String> factors,
    @Nullable Path model,
    @Nullable TrainingOptions training,
    @Nullable Integer iteration,
    @Nullable String initFrom,
    Origin origin,
    Looks looks) {
  Subject {
    factors = Map.copyOf(factors);
  }

  List<String> layers() {
    return looks.layers();
  }

  List<String> bases() {
    return looks.bases();
  }

  @Nullable String preprocess() {
    return looks.preprocess();
  }

  /** Whether both look at the same of the same pictures, where their inputs are of one size. */
  boolean isFedAs(Subject other) {
    return layers().equals(other.layers())
        && bases().equals(other.bases())
        && Objects.equals(preprocess(), other.preprocess());
  }

  /**
   * What of a group's networks is dissected, and how.
   *
   * @param at where the group's networks are named
   * @param layersAt where its layers are named, or else the networks
   * @param layers to dissect; empty for the network's usual one
   * @param bases further directions of each layer, as {@code run --basis} takes them
   * @param basesAt where they are named, or else the networks
   * @param preprocess name or file; null for what the network usually takes
   */
  record Looks(
      Place at,
      Place layersAt,
      List<String> layers,
      List<String> bases,
      Place basesAt,
      @Nullable String preprocess) {
    Looks {
      layers = List.copyOf(layers);
      bases = List.copyOf(bases);
    }
  }

  /**
   * What tells independent networks from repeats of the same one.
   *
   * @param condition what networks share that differ by their seed only
   * @param seed of the training; empty where it is not known
   */
  record Origin(String condition, String seed) {}
}
