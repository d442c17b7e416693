package org.netdissect.dissection;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.netdissect.base.Progress;
import org.netdissect.base.Unlabelled;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.activations.basis.ViewedSource;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.results.DissectionException;

/**
 * What a plan asks for, opened; to be closed before its atlas.
 *
 * @param categories that are selected
 * @param images that are selected
 * @param source of their activations
 */
record OpenedPlan(List<Category> categories, ImageSet images, ActivationSource source)
    implements Closeable {

  /** Opens it with the atlas of its data. */
  static OpenedPlan of(DissectionPlan plan, Atlas atlas, Progress log) throws IOException {
    checkLabels(atlas);
    List<Category> categories = plan.selection().categories(atlas);
    ImageSet images = plan.selection().images(atlas, plan.subject().imageList(), categories);
    ActivationSource source =
        ViewedSource.of(
            plan.subject()
                .open(plan.data(), images, plan.scoring().convention(), plan.framing(), log),
            plan.bases(),
            (n, input) -> plan.subject().describe(n, input, plan.framing()),
            log);
    return new OpenedPlan(categories, images, source);
  }

  /** The measurement that it is opened for. */
  Measurement measurement(DissectionPlan plan, List<Path> results, Progress log)
      throws IOException {
    return new Measurement(plan, results, categories, images, source, log);
  }

  /**
   * Without a label there is nothing to find, and every unit would come out as no detector; unless
   * the photographs were said to have none.
   */
  private static void checkLabels(Atlas atlas) throws DissectionException {
    if (Unlabelled.are(atlas.vocabulary().categories().stream().map(Category::name).toList())) {
      return;
    }
    if (atlas.labelStart(atlas.firstRegion(atlas.size())) == 0) {
      throw new DissectionException(
          "the images of "
              + atlas.name()
              + " hold no label at all, so there is nothing to find; \"netdissect data info\" and"
              + " \"netdissect data verify\" tell why");
    }
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
