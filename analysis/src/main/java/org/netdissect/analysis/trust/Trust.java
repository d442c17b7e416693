package org.netdissect.analysis.trust;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.netdissect.analysis.ConceptTruths;
import org.netdissect.analysis.LabelledResult;
import org.netdissect.analysis.Peaks;
import org.netdissect.analysis.UnitTallies;
import org.netdissect.base.Progress;
import org.netdissect.base.ToolVersion;
import org.netdissect.base.threads.Workers;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.HitTable;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TrustInfo;
import org.netdissect.results.TrustScore;
import org.netdissect.results.TrustScore.Verdict;
import org.netdissect.results.TrustTable;
import org.netdissect.results.UnitScore;

/**
 * Puts the labels of a result to the test, from its stored hits and maps; writes {@code trust.csv}
 * and {@code trust.json} beside each layer's other tables.
 */
public final class Trust {
  /** What a killed test is gone on with. */
  private static final String JOURNAL = "trust.journal";

  private final LabelledResult data;
  private final TrustOptions options;
  private final Untrained untrained;
  private final Progress progress;

  private Trust(LabelledResult data, TrustOptions options, Untrained untrained, Progress progress) {
    this.data = data;
    this.options = options;
    this.untrained = untrained;
    this.progress = progress;
  }

  /**
   * Tests all layers.
   *
   * @return the tables written, in the order of the layers
   * @throws DissectionException if a layer's maps were not kept, or the split leaves no images
   */
  public static List<TrustTable> write(LabelledResult data, TrustOptions options, Progress progress)
      throws IOException {
    return write(data, options, List.of(), progress);
  }

  /**
   * As {@link #write(LabelledResult, TrustOptions, Progress)}.
   *
   * @param untrained results of the same architecture with random weights, on the same images
   * @throws DissectionException also if one of these is of something else
   */
  public static List<TrustTable> write(
      LabelledResult data, TrustOptions options, List<Dissection> untrained, Progress progress)
      throws IOException {
    for (LayerDissection layer : data.dissection().layers()) {
      if (!layer.hasMaps()) {
        throw new DissectionException(
            "layer "
                + layer.layer().name()
                + " of "
                + data.dissection().folder()
                + " has no activation maps, from which masks are laid on other images; run it again"
                + " without --maps none");
      }
    }
    Trust trust =
        new Trust(data, options, Untrained.of(data.dissection(), untrained, progress), progress);
    ConceptTruths truths = new ConceptTruths(data);
    Stability stability = new Stability(data, truths, options.resamples(), options.seed());
    HeldOut heldOut = new HeldOut(data, truths, options.split(), options.seed());
    if (heldOut.chosenOn() == 0 || heldOut.lookedAtOn() == 0) {
      throw new DissectionException(
          "split '"
              + options.split()
              + "' has "
              + heldOut.chosenOn()
              + " of the images and leaves "
              + heldOut.lookedAtOn()
              + ": the held-out check needs both; leave --split out for random halves");
    }
    List<TrustTable> tables = new ArrayList<>();
    for (LayerDissection layer : data.dissection().layers()) {
      tables.add(trust.layer(layer, stability, heldOut));
    }
    return tables;
  }

  private TrustTable layer(LayerDissection layer, Stability stability, HeldOut heldOut)
      throws IOException {
    Shuffle shuffle = new Shuffle(data, options.seed());
    int categories = data.totals().categories().size();
    try (PermutationJournal journal =
        PermutationJournal.open(layer.folder().resolve(JOURNAL), inputs(layer), categories)) {
      ChanceLevel chance =
          options.permutations() > 0
              ? ChanceLevel.fixed(
                  data,
                  layer,
                  shuffle,
                  options.permutations(),
                  journal,
                  options.workers(),
                  progress)
              : ChanceLevel.sequential(
                  data,
                  layer,
                  shuffle,
                  options.fdr(),
                  options.most(),
                  journal,
                  options.workers(),
                  progress);
      TrustTable table = layer(layer, shuffle, chance, stability, heldOut);
      journal.remove();
      return table;
    }
  }

  /** Everything that decides what a permutation gives, and in which units take part. */
  private String inputs(LayerDissection layer) throws IOException {
    return String.join(
        "\n",
        ToolVersion.get(),
        TrustTable.fingerprint(data.dissection()),
        layer.layer().folder(),
        Long.toString(options.seed()),
        Integer.toString(options.permutations()),
        Integer.toString(options.most()),
        Double.toString(options.fdr()));
  }

  private TrustTable layer(
      LayerDissection layer,
      Shuffle shuffle,
      ChanceLevel chance,
      Stability stability,
      HeldOut heldOut)
      throws IOException {
    int categories = data.totals().categories().size();
    double[][] p = new double[1 + categories][];
    double[][] q = new double[1 + categories][];
    for (int scope = 0; scope <= categories; scope++) {
      p[scope] = chance.p(scope);
      q[scope] = BenjaminiHochberg.adjust(p[scope]);
    }
    TrustScore[][] scores = new TrustScore[layer.units().size()][];
    try (HitTable hits = layer.hits();
        Peaks peaks = Peaks.open(data, layer);
        Progress.Phase phase =
            progress.phase("resampling " + layer.layer().name(), scores.length, "units")) {
      Workers.run(
          options.workers(),
          scores.length,
          "resample",
          () -> {
            UnitTallies tallies = new UnitTallies(data);
            Stability.Unit resampled = stability.new Unit();
            return unit -> {
              UnitScore score = layer.units().get(unit);
              tallies.read(data, hits, unit);
              resampled.take(tallies);
              scores[unit] =
                  rows(layer, score, chance, p, q, tallies, resampled, heldOut, peaks.read(score));
              phase.advance(1);
            };
          });
      phase.done();
    }
    return write(layer, chance, shuffle, heldOut, scores);
  }

  private TrustScore[] rows(
      LayerDissection layer,
      UnitScore score,
      ChanceLevel chance,
      double[][] p,
      double[][] q,
      UnitTallies tallies,
      Stability.Unit resampled,
      HeldOut heldOut,
      float[] peaks) {
    int unit = score.unit();
    TrustScore[] rows = new TrustScore[score.byCategory().size()];
    for (int c = 0; c < rows.length; c++) {
      LabelScore label = score.byCategory().get(c);
      int number = label.number();
      Stability.Verdict stable = number > 0 ? resampled.verdict(number, c) : null;
      double unitWins = number > 0 ? resampled.verdict(number, -1).wins() : Double.NaN;
      HeldOut.Outcome other = heldOut.of(tallies, peaks, c);
      Untrained.Share random = untrained.of(layer, label);
      rows[c] =
          new TrustScore(
              unit,
              label.category(),
              label.label(),
              label.iou(),
              c == score.best(),
              p[0][unit],
              q[0][unit],
              chance.exceedances(0, unit),
              chance.permutations(unit),
              verdict(score, q[0][unit], chance.exceedances(0, unit)),
              p[1 + c][unit],
              q[1 + c][unit],
              stable == null ? Double.NaN : stable.low(),
              stable == null ? Double.NaN : stable.high(),
              stable == null ? Double.NaN : stable.wins(),
              stable == null ? "" : names(stable.labels()),
              unitWins,
              other.number() == 0 ? "" : data.totals().name(other.number()),
              other.number() == 0 ? Double.NaN : other.iou(),
              other.rank(),
              other.auc(),
              other.p(),
              random.label(),
              random.iou(),
              random.both());
    }
    return rows;
  }

  private Verdict verdict(UnitScore score, double q, int exceedances) {
    if (!(score.label().iou() > 0)) {
      return Verdict.NO_LABEL;
    }
    if (q <= options.fdr()) {
      return Verdict.BEYOND_CHANCE;
    }
    return exceedances == 0 ? Verdict.UNRESOLVED : Verdict.WITHIN_CHANCE;
  }

  private String names(int[] numbers) {
    return Arrays.stream(numbers).mapToObj(data.totals()::name).collect(Collectors.joining("; "));
  }

  private TrustTable write(
      LayerDissection layer,
      ChanceLevel chance,
      Shuffle shuffle,
      HeldOut heldOut,
      TrustScore[][] scores)
      throws IOException {
    List<TrustScore> all = Arrays.stream(scores).flatMap(Arrays::stream).toList();
    List<TrustInfo.Chance> levels = new ArrayList<>();
    for (int scope = 0; scope <= data.totals().categories().size(); scope++) {
      levels.add(
          new TrustInfo.Chance(
              scope == 0 ? "all" : data.totals().categories().get(scope - 1).name(),
              chance.nullQuantile(scope, 0.95),
              chance.nullQuantile(scope, 0.99)));
    }
    String csv = TrustTable.csv(all);
    TrustInfo info =
        new TrustInfo(
            TrustInfo.FORMAT,
            ToolVersion.get(),
            TrustTable.fingerprint(data.dissection()),
            options.seed(),
            options.permutations() > 0 ? Integer.toString(options.permutations()) : "auto",
            options.most(),
            options.fdr(),
            options.resamples(),
            options.split(),
            heldOut.chosenOn(),
            heldOut.lookedAtOn(),
            shuffle.alone(),
            layer.hasPeaks() ? true : null,
            untrained.info(layer, data.dissection().info().rules().iou()),
            levels,
            IntStream.of(chance.nullDetectors(data.dissection().info().rules().iou()))
                .boxed()
                .toList(),
            count(all, Verdict.BEYOND_CHANCE),
            count(all, Verdict.WITHIN_CHANCE),
            count(all, Verdict.UNRESOLVED),
            TrustTable.check(csv));
    TrustTable.write(layer, info, csv);
    return new TrustTable(info, all);
  }

  private static int count(List<TrustScore> scores, Verdict verdict) {
    return (int) scores.stream().filter(s -> s.best() && s.verdict() == verdict).count();
  }
}
