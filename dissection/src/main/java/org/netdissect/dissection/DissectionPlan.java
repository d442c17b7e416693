package org.netdissect.dissection;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.activations.basis.Basis;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.dissection.scoring.MapsKept;
import org.netdissect.pictures.Framing;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo.Rules;

/**
 * All that a run is asked to do. Immutable: what a builder is told afterwards does not reach it.
 *
 * @param subject what is dissected
 * @param framing how photographs come into the input
 * @param bases views of each layer that are dissected beside it
 * @param data the labelled images
 * @param out the result folder
 * @param selection which images and concepts take part
 * @param scoring how units are scored
 * @param maps which activation maps the result keeps
 * @param peaks whether the result keeps the largest activation of each unit on each image
 * @param workers threads
 * @param overwrite whether to replace what the result folder holds
 * @param strict whether to stop at an unreadable image
 * @param cache folder for the compiled atlas; null for the data's own, or the user's cache
 * @param progress who is told
 * @param steps what is done with each result before the run counts as finished
 * @param engine that does the parts of the measurement; null to do it here in one
 * @param notes to keep in {@code run.json}
 */
record DissectionPlan(
    Subject subject,
    Framing framing,
    List<Basis> bases,
    ConceptDataset data,
    Path out,
    Selection selection,
    Scoring scoring,
    MapsKept maps,
    boolean peaks,
    int workers,
    boolean overwrite,
    boolean strict,
    @Nullable Path cache,
    Progress progress,
    List<Dissector.Step> steps,
    @Nullable PartEngine engine,
    Map<String, Object> notes) {

  DissectionPlan {
    bases = List.copyOf(bases);
    steps = List.copyOf(steps);
    notes = Collections.unmodifiableMap(new LinkedHashMap<>(notes));
  }

  AtlasOptions atlasOptions() {
    return new AtlasOptions(cache, workers, strict, false);
  }

  /**
   * The rules of scoring.
   *
   * @param iou recorded only; nothing measured depends on it
   */
  record Scoring(ThresholdRule rule, double iou) {
    Convention convention() {
      return rule.convention();
    }

    Quantile quantile() {
      return rule.quantile();
    }

    /** As a result records them. */
    Rules rules() {
      Quantile keep = rule.keep();
      return new Rules(
          convention().word(), quantile().toString(), iou, keep == null ? null : keep.toString());
    }
  }

  /**
   * Which images and concepts of a data set take part.
   *
   * @param split null for all
   * @param limit of rows; 0 for none
   * @param categories names; empty for all
   */
  record Selection(@Nullable String split, long limit, List<String> categories) {
    Selection {
      categories = List.copyOf(categories);
    }

    /**
     * The chosen categories, in the data set's order.
     *
     * @throws DissectionException if the data set lacks one
     */
    List<Category> categories(Atlas atlas) throws DissectionException {
      List<Category> all = atlas.vocabulary().categories();
      Set<String> wanted = new LinkedHashSet<>(categories);
      if (wanted.isEmpty()) {
        return all;
      }
      List<Category> chosen =
          all.stream().filter(category -> wanted.remove(category.name())).toList();
      if (!wanted.isEmpty()) {
        throw new DissectionException(
            "the data set "
                + atlas.name()
                + " has no category '"
                + wanted.iterator().next()
                + "'; it has "
                + String.join(", ", all.stream().map(Category::name).toList()));
      }
      return chosen;
    }

    /**
     * The chosen images.
     *
     * @param list names in the order of recorded maps, or null for all of the atlas
     * @param chosen categories
     */
    ImageSet images(Atlas atlas, @Nullable List<String> list, List<Category> chosen)
        throws DissectionException {
      long bits = chosen.stream().mapToLong(category -> 1L << category.index()).sum();
      return ImageSet.choose(atlas, list, split, limit, bits);
    }
  }
}
