package org.netdissect.dissection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Json;
import org.netdissect.base.Progress;
import org.netdissect.base.ToolVersion;
import org.netdissect.base.files.Seal;
import org.netdissect.base.files.WholeFile;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.atlas.AtlasImage;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.activations.NetworkSource;
import org.netdissect.dissection.recording.LayerTotals;
import org.netdissect.dissection.recording.Recorded;
import org.netdissect.dissection.recording.Recording;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.ImageOrder;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.dissection.scoring.ConceptTotals;
import org.netdissect.dissection.scoring.ResultWriter;
import org.netdissect.dissection.tally.GroupTally;
import org.netdissect.dissection.tally.MaskTally;
import org.netdissect.networks.InputSize;
import org.netdissect.results.DirectionTable.Coefficient;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.DissectionInfo.DataInfo;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.LayerInfo;
import tools.jackson.databind.node.ObjectNode;

/**
 * From opened inputs to results: the one pass over the images, then, for each network, the tally of
 * its layers, the scores and the files.
 */
final class Measurement {
  private final DissectionPlan plan;
  private final List<Category> categories;
  private final ImageSet images;
  private final ActivationSource source;
  private final DataInfo data;
  private final List<Target> targets = new ArrayList<>();
  private final Progress progress;

  /**
   * A result to come.
   *
   * @param layers which of the source's
   */
  private record Target(Path folder, NetworkInfo network, List<Integer> layers) {}

  Measurement(
      DissectionPlan plan,
      List<Path> results,
      List<Category> categories,
      ImageSet images,
      ActivationSource source,
      Progress progress)
      throws IOException {
    this.plan = plan;
    this.categories = categories;
    this.images = images;
    this.source = source;
    this.progress = progress;
    DissectionPlan.Selection selection = plan.selection();
    data =
        new DataInfo(
            images.atlas().name(),
            images.atlas().fingerprint(),
            selection.split(),
            selection.limit() > 0 ? selection.limit() : null,
            categories.stream().map(Category::name).toList(),
            plan.data().drawsBoxes() ? true : null);
    for (int i = 0; i < results.size(); i++) {
      List<Integer> layers = source.layersOf(i);
      targets.add(
          new Target(
              results.get(i),
              plan.subject().describe(i, source.input(layers.get(0)), plan.framing()),
              layers));
    }
  }

  /** Refuses what could not be measured to the end. */
  void check() throws DissectionException {
    DissectionPlan.Scoring scoring = plan.scoring();
    for (Target target : targets) {
      InputSize input = source.input(target.layers().get(0));
      for (int i = 0; i < images.size() && scoring.convention() == Convention.PAPER; i++) {
        checkSizes(images.atlasImage(i), input);
      }
    }
    if (scoring.convention().emptiesMasks(scoring.quantile())) {
      progress.warn(Convention.EMPTY_MASKS);
    }
  }

  /** The original has no rule for photographs or masks of another size than it makes itself. */
  private static void checkSizes(AtlasImage image, @Nullable InputSize input)
      throws DissectionException {
    if (image.problem() != null) {
      return;
    }
    int height = input == null ? image.photoHeight() : input.height();
    int width = input == null ? image.photoWidth() : input.width();
    if (image.photoHeight() != height || image.photoWidth() != width) {
      throw NetworkSource.refusedSize(
          image.name(), image.photoHeight(), image.photoWidth(), height, width);
    }
    if (!Convention.PAPER.fits(height, image.maskHeight())
        || !Convention.PAPER.fits(width, image.maskWidth())) {
      throw new DissectionException(
          "the mask of image "
              + image.name()
              + " is "
              + image.maskHeight()
              + "×"
              + image.maskWidth()
              + " and the network's input "
              + height
              + "×"
              + width
              + ": the convention 'paper' has no rule for masks larger than the input; use a smaller"
              + " --mask-size, or --convention exact or lite");
    }
  }

  /** Everything that decides the results, for telling whether a run may go on. */
  ObjectNode inputs() throws IOException {
    ObjectNode inputs = Json.mapper().createObjectNode();
    inputs.put("tool", ToolVersion.get());
    inputs.set(
        "networks", Json.mapper().valueToTree(targets.stream().map(Target::network).toList()));
    inputs.set("layers", Json.mapper().valueToTree(source.layers()));
    inputs.set("data", Json.mapper().valueToTree(data));
    DissectionInfo.Rules rules = plan.scoring().rules();
    inputs.put("convention", rules.convention());
    inputs.put("quantile", rules.quantile());
    inputs.put("iou", rules.iou());
    if (rules.keepQuantile() != null) {
      inputs.put("keepQuantile", rules.keepQuantile());
    }
    inputs.put("maps", plan.maps().name().toLowerCase(Locale.ROOT));
    inputs.put("peaks", plan.peaks());
    plan.subject().addInputs(inputs);
    return inputs;
  }

  /**
   * Does all of it, or what is left of it.
   *
   * @param work folder for what is needed until the results stand
   */
  void run(Path work) throws IOException {
    checkDisk();
    DissectionPlan.Scoring scoring = plan.scoring();
    PartEngine engine = plan.engine();
    if (engine != null) {
      PartedMeasurement parts =
          new PartedMeasurement(
              plan, images, source.layers(), engine, PartWorker.digest(this), work, progress);
      write(parts.run(), parts::merge, parts::folder);
      parts.sayMoved(targets.stream().map(Target::folder).toList());
      parts.finish();
      return;
    }
    try (Recording recording =
        Recording.open(
            images, source.layers(), scoring.rule(), work, Dissector.TOP_IMAGES, plan.peaks())) {
      recording.run(source, plan.workers(), plan.strict(), progress);
      write(
          recording,
          l ->
              new MaskTally(
                  recording.recorders().get(l),
                  images,
                  scoring.rule(),
                  source.input(l),
                  plan.framing()),
          l -> recording.recorders().get(l).folder());
    }
  }

  /** Gives something of a layer, by its number in the source. */
  @FunctionalInterface
  private interface OfLayer<T> {
    T of(int layer) throws IOException;
  }

  private void write(Recorded recorded, OfLayer<GroupTally> tallies, OfLayer<Path> folders)
      throws IOException {
    requireImages(recorded);
    ConceptTotals totals =
        new ConceptTotals(images, categories, plan.scoring().convention(), recorded.read());
    for (Target target : targets) {
      write(target, recorded, tallies, folders, totals);
    }
  }

  /** Makes sure that there is something to dissect. */
  private void requireImages(Recorded recorded) throws DissectionException {
    if (recorded.read().isEmpty()) {
      int first = recorded.unreadable().firstKey();
      throw new DissectionException(
          "none of the "
              + images.size()
              + " images could be read; the first: "
              + ImageOrder.problem(
                  images.name(first), Objects.requireNonNull(recorded.unreadable().get(first))));
    }
  }

  private void checkDisk() throws IOException {
    long after = 0;
    for (Target target : targets) {
      int units = target.layers().stream().mapToInt(l -> source.layers().get(l).units()).sum();
      for (Dissector.Step step : plan.steps()) {
        after += step.estimate(plan.data(), units, images.size());
      }
      // Once while they are recorded, once in the result.
      after += plan.peaks() ? 8L * units * images.size() : 0;
    }
    ThresholdRule rule = plan.scoring().rule();
    double quantile = rule.quantile().share();
    double reach = rule.reach().share();
    List<LayerInfo> layers = source.layers();
    SpaceNeeded all = SpaceNeeded.of(layers, images.size(), quantile, reach, plan.maps());
    if (rule.keep() != null) {
      SpaceNeeded usual = SpaceNeeded.of(layers, images.size(), quantile, plan.maps());
      progress.say(
          "keeping maps down to "
              + rule.keep()
              + " of all activations: this run needs "
              + all.describe()
              + " of disk in place of "
              + usual.describe());
    }
    all.plus(after).check(plan.out(), progress, DiskSpace::usable);
  }

  private void write(
      Target target,
      Recorded recorded,
      OfLayer<GroupTally> tallies,
      OfLayer<Path> folders,
      ConceptTotals totals)
      throws IOException {
    DissectionPlan.Scoring scoring = plan.scoring();
    Files.createDirectories(target.folder());
    ResultWriter writer =
        new ResultWriter(
            images, totals, scoring.convention(), plan.workers(), plan.maps(), target.folder());
    List<DissectionInfo.LayerResult> layers = new ArrayList<>();
    for (int l : target.layers()) {
      LayerTotals of = recorded.totals().get(l);
      layers.add(writer.write(of, tallies.of(l), folders.of(l), progress));
      List<List<Coefficient>> coefficients = source.coefficients(l);
      if (coefficients != null) {
        writer.writeDirections(of.layer(), coefficients);
      }
    }
    writer.writeTables();
    images.atlas().requireWhole();
    DissectionInfo info =
        new DissectionInfo(
            DissectionInfo.FORMAT,
            ToolVersion.get(),
            target.network(),
            data,
            scoring.rules(),
            imagesInfo(recorded),
            layers,
            null,
            writer.files());
    WholeFile.text(target.folder().resolve(Dissection.FILE), Seal.seal(Json.pretty(info)));
  }

  private DissectionInfo.Images imagesInfo(Recorded recorded) {
    List<DissectionInfo.Unreadable> unreadable = new ArrayList<>();
    recorded
        .unreadable()
        .forEach(
            (image, reason) ->
                unreadable.add(new DissectionInfo.Unreadable(images.name(image), reason)));
    return new DissectionInfo.Images(
        images.size(), recorded.read().cardinality(), recorded.contentSha256(), unreadable);
  }
}
