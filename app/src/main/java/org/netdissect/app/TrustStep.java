package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.trust.Trust;
import org.netdissect.analysis.trust.TrustOptions;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.results.Dissection;

/**
 * Putting labels to the test as a step of a run.
 *
 * @param cache where the compiled data set is; null for the usual places
 */
record TrustStep(TrustOptions options, @Nullable Path cache, Progress progress)
    implements Dissector.Step {
  /** A row a unit and category in {@code trust.csv}, and rounded up. */
  private static final long BYTES_A_UNIT = 4_000;

  @Override
  public void run(Dissection dissection, ConceptDataset data) throws IOException {
    AtlasOptions atlas = AtlasOptions.defaults().withCache(cache);
    try (LabelledResult labelled = LabelledResult.open(dissection, data, atlas, progress)) {
      Trust.write(labelled, options, progress);
    }
  }

  @Override
  public long estimate(ConceptDataset data, int units, long images) {
    return BYTES_A_UNIT * units;
  }
}
