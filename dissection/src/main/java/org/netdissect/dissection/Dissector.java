package org.netdissect.dissection;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Progress;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.CroppedDataset;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.activations.basis.Basis;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.dissection.rules.ThresholdRule;
import org.netdissect.dissection.scoring.MapsKept;
import org.netdissect.networks.Device;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.pictures.Framing;
import org.netdissect.results.Dissection;

/**
 * Dissects a network, or activation maps recorded elsewhere, with a data set of concepts, and
 * writes a result folder. One pass over the photographs; a run that was cut off is gone on with by
 * running the same again.
 *
 * <pre>{@code
 * try (Network network = Network.open(Path.of("model.onnx"))) {
 *   Dissection result =
 *       Dissector.builder()
 *           .setNetwork(network)
 *           .setData(BrodenDataset.open(Path.of("broden1_224")))
 *           .setOut(Path.of("out"))
 *           .build()
 *           .run();
 * }
 * }</pre>
 *
 * <p>Method: Bau, Zhou, Khosla, Oliva, Torralba, "Network Dissection: Quantifying Interpretability
 * of Deep Visual Representations", CVPR 2017.
 */
public final class Dissector {
  /** IoU above which a unit is a detector, as in the paper. */
  public static final double DEFAULT_IOU = 0.04;

  /** How many images of each unit are kept as its top images. */
  public static final int TOP_IMAGES = 50;

  private final DissectionPlan plan;

  private Dissector(DissectionPlan plan) {
    this.plan = plan;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** A step that works on the finished result and is repeated if the run is cut off within it. */
  @FunctionalInterface
  public interface Step {
    void run(Dissection dissection, ConceptDataset data) throws IOException;

    /** About how many bytes it writes for a network of so many units on so many images. */
    default long estimate(ConceptDataset data, int units, long images) {
      return 0;
    }
  }

  /**
   * Runs the dissection of one network or of recorded maps.
   *
   * @return the result, opened
   * @throws IOException with one clear line if an input is bad, the result folder is taken, or
   *     writing fails; what was done is kept for another try
   * @throws IllegalStateException if several networks are set
   */
  public Dissection run() throws IOException {
    if (plan.subject().resultFolders(plan.out()).size() > 1) {
      throw new IllegalStateException("several networks: use runAll");
    }
    return runAll().get(0);
  }

  /**
   * Runs the dissection. Several networks are fed from one decoding of the photographs; the result
   * of each goes to a folder of its own in the result folder, named after the model's file.
   *
   * @return the results, opened, in the order of the networks
   * @throws IOException as {@link #run}
   */
  public List<Dissection> runAll() throws IOException {
    return new DissectionRun(plan).run();
  }

  /**
   * What does tasks of a {@link PartEngine}, as one of its processes does; opens the data and the
   * network when they are needed.
   *
   * @param folder for what this process records, on a disk of its own; whoever gives it removes it
   * @param machine that it is on, for people
   */
  public PartWorker worker(Path folder, String machine) {
    return new PartWorker(plan, new LocalParts.Disk(folder, machine, DiskSpace::usable));
  }

  DissectionPlan plan() {
    return plan;
  }

  /** Collects what a dissection needs: {@code set…} is required, {@code opt…} has a default. */
  public static final class Builder {
    private List<Network> networks = List.of();
    private @Nullable RecordedActivations recorded;
    private ActivationSource.@Nullable Factory sources;
    private @Nullable ConceptDataset data;
    private @Nullable Path out;
    private List<String> layers = List.of();
    private List<Basis> bases = List.of();

    /** Empty as long as it is what each network usually takes. */
    private List<Preprocessing> preprocessings = List.of();

    private Framing framing = Framing.STRETCH;

    private Convention convention = Convention.EXACT;
    private Quantile quantile = Quantile.DEFAULT;
    private @Nullable Quantile keep;
    private double iou = DEFAULT_IOU;
    private @Nullable String split;
    private long limit;
    private List<String> categories = List.of();
    private int workers = Runtime.getRuntime().availableProcessors();
    private Device device = Device.CPU;

    /** 0 for what suits the device. */
    private int batch;

    private boolean overwrite;
    private boolean strict;
    private @Nullable Path cache;
    private MapsKept maps = MapsKept.ALL;
    private boolean peaks;
    private @Nullable PartEngine engine;
    private Progress progress = Progress.NONE;
    private final List<Step> steps = new ArrayList<>();
    private final Map<String, Object> notes = new LinkedHashMap<>();

    private Builder() {}

    /** The network to dissect. Either this or {@link #setRecorded} is required. */
    public Builder setNetwork(Network network) {
      return setNetworks(List.of(network));
    }

    /**
     * Networks to dissect together; layers are the same for all. To be run with {@link
     * Dissector#runAll}.
     */
    public Builder setNetworks(List<Network> networks) {
      this.networks = List.copyOf(networks);
      return this;
    }

    /** Recorded activation maps to dissect instead of a network. */
    public Builder setRecorded(RecordedActivations recorded) {
      this.recorded = Objects.requireNonNull(recorded);
      return this;
    }

    /** Activations of any origin, for measuring the rest without a network. */
    public Builder setSource(ActivationSource.Factory factory) {
      sources = factory;
      return this;
    }

    /** The labelled images. */
    public Builder setData(ConceptDataset data) {
      this.data = Objects.requireNonNull(data);
      return this;
    }

    /** The result folder: new, empty, or that of an unfinished run of the same. */
    public Builder setOut(Path out) {
      this.out = Objects.requireNonNull(out);
      return this;
    }

    /**
     * Layers by tensor name, node name or glob. Default: the last tensor with height and width
     * above 1 before the classifier.
     */
    public Builder optLayers(List<String> layers) {
      this.layers = List.copyOf(layers);
      return this;
    }

    /** Views to dissect beside each layer; they count as layers. Default: none. */
    public Builder optBases(List<Basis> bases) {
      this.bases = List.copyOf(bases);
      return this;
    }

    /** What is done to pixels; default {@link Network#usualPreprocessing}. */
    public Builder optPreprocessing(Preprocessing preprocessing) {
      return optPreprocessings(List.of(preprocessing));
    }

    /** What is done to pixels for each network in their order; one is for all. */
    public Builder optPreprocessings(List<Preprocessing> preprocessings) {
      this.preprocessings = List.copyOf(preprocessings);
      return this;
    }

    /**
     * How photographs come into a network's input of other proportions; default {@link
     * Framing#STRETCH}. What {@link Framing#CROP} cuts off takes no part in any count. For recorded
     * maps: how they came in.
     */
    public Builder optFraming(Framing framing) {
      this.framing = Objects.requireNonNull(framing);
      return this;
    }

    /** Default {@link Convention#EXACT}. */
    public Builder optConvention(Convention convention) {
      this.convention = Objects.requireNonNull(convention);
      return this;
    }

    /** Share of activations above the threshold; default 0.005. */
    public Builder optQuantile(Quantile quantile) {
      this.quantile = Objects.requireNonNull(quantile);
      return this;
    }

    /**
     * Share of activations that kept maps reach down to, beside the usual ones, for what units mean
     * at lower strength; larger than that of {@link #optQuantile}. Default null: maps are kept as
     * far as masks need them.
     */
    public Builder optKeepQuantile(@Nullable Quantile share) {
      keep = share;
      return this;
    }

    /**
     * IoU above which a unit is a detector; default 0.04. Recorded; nothing measured depends on it.
     */
    public Builder optIou(double iou) {
      if (!(iou >= 0 && iou < 1)) {
        throw new IllegalArgumentException("the IoU threshold must lie from 0 to below 1: " + iou);
      }
      this.iou = iou;
      return this;
    }

    /** Take only images of this split; default all. */
    public Builder optSplit(@Nullable String split) {
      this.split = split;
      return this;
    }

    /** Take at most so many rows of the data set; default 0: all. */
    public Builder optLimit(long limit) {
      this.limit = limit;
      return this;
    }

    /** Categories whose concepts are looked for; default all. */
    public Builder optCategories(List<String> categories) {
      this.categories = List.copyOf(categories);
      return this;
    }

    /** Threads; default: as many as there are cores. The result does not depend on it. */
    public Builder optWorkers(int workers) {
      if (workers < 1) {
        throw new IllegalArgumentException("at least one worker is needed: " + workers);
      }
      this.workers = workers;
      return this;
    }

    /** What computes the networks; default the processor. */
    public Builder optDevice(Device device) {
      this.device = Objects.requireNonNull(device);
      return this;
    }

    /** Images a call of the network, where the model allows it; default what suits the device. */
    public Builder optBatch(int batch) {
      if (batch < 1) {
        throw new IllegalArgumentException("the batch must be at least 1: " + batch);
      }
      this.batch = batch;
      return this;
    }

    /** Replace what the result folder holds; default false. */
    public Builder optOverwrite(boolean overwrite) {
      this.overwrite = overwrite;
      return this;
    }

    /** Stop at an unreadable image instead of leaving it out; default false. */
    public Builder optStrict(boolean strict) {
      this.strict = strict;
      return this;
    }

    /** Folder for the compiled atlas; default: the data's own, or the user's cache. */
    public Builder optCache(@Nullable Path cache) {
      this.cache = cache;
      return this;
    }

    /**
     * Whether the result keeps the largest activation of each unit on each image, for measures of
     * whole images; default no.
     */
    public Builder optPeaks(boolean peaks) {
      this.peaks = peaks;
      return this;
    }

    /** Which trimmed activation maps the result keeps; default {@link MapsKept#ALL}. */
    public Builder optMaps(MapsKept maps) {
      this.maps = Objects.requireNonNull(maps);
      return this;
    }

    /** Who is told of the progress; default nobody. */
    public Builder optProgress(Progress progress) {
      this.progress = Objects.requireNonNull(progress);
      return this;
    }

    /**
     * Something to keep in {@code run.json} for later commands; it decides nothing.
     *
     * @param value of a kind that JSON has
     */
    public Builder optNote(String name, Object value) {
      notes.put(name, value);
      return this;
    }

    /**
     * Who does the parts of the measurement; default: it is done in one, in this process. The
     * result does not depend on it. The engine stays open.
     */
    public Builder optEngine(@Nullable PartEngine engine) {
      this.engine = engine;
      return this;
    }

    /** Adds a step to do with the result before the run counts as finished, such as the report. */
    public Builder optThen(Step step) {
      steps.add(Objects.requireNonNull(step));
      return this;
    }

    /**
     * The dissector. It keeps what is set now: later calls of this builder do not change it.
     *
     * @throws IllegalStateException if something required is missing
     * @throws IllegalArgumentException if less is to be kept than masks need
     */
    public Dissector build() {
      if (data == null || out == null) {
        throw new IllegalStateException("set the data and the result folder");
      }
      return new Dissector(
          new DissectionPlan(
              subject(),
              framing,
              bases,
              seen(data),
              out,
              new DissectionPlan.Selection(split, limit, categories),
              new DissectionPlan.Scoring(new ThresholdRule(convention, quantile, keep), iou),
              maps,
              peaks,
              workers,
              overwrite,
              strict,
              cache,
              progress,
              steps,
              engine,
              notes));
    }

    /** The data as far as the networks see them. */
    private ConceptDataset seen(ConceptDataset all) {
      if (framing == Framing.STRETCH) {
        return all;
      }
      Set<@Nullable InputSize> inputs = new LinkedHashSet<>();
      if (recorded != null) {
        inputs.add(recorded.input());
      }
      networks.forEach(n -> inputs.add(new InputSize(n.inputHeight(), n.inputWidth())));
      InputSize input = inputs.isEmpty() ? null : inputs.iterator().next();
      if (input == null) {
        throw new IllegalStateException("set the input's size, that photographs came into");
      }
      if (framing == Framing.LETTERBOX) {
        return all;
      }
      if (inputs.size() > 1) {
        throw new IllegalStateException("networks that crop differently see different data");
      }
      return new CroppedDataset(all, input.height(), input.width());
    }

    private Subject subject() {
      if (sources != null) {
        return new Subject.OfSource(sources);
      }
      if (networks.isEmpty() == (recorded == null)) {
        throw new IllegalStateException("set either a network or recorded activations");
      }
      return recorded == null
          ? new Subject.OfNetworks(
              networks,
              layers,
              ofEach(),
              quantile,
              device,
              batch == 0 ? device.usualBatch() : batch)
          : new Subject.OfRecorded(recorded);
    }

    private List<Preprocessing> ofEach() {
      if (preprocessings.isEmpty()) {
        return networks.stream().map(Network::usualPreprocessing).toList();
      }
      if (preprocessings.size() == 1) {
        return Collections.nCopies(networks.size(), preprocessings.get(0));
      }
      if (preprocessings.size() != networks.size()) {
        throw new IllegalStateException("set one preprocessing, or one for each network");
      }
      return preprocessings;
    }
  }

  /**
   * Where the results of several networks go: folders of their own in the result folder, named
   * after the models' files. That of one network is the folder itself.
   */
  public static List<Path> resultFolders(Path out, List<Network> networks) {
    return new Subject.OfNetworks(networks, List.of(), List.of(), Quantile.DEFAULT, Device.CPU, 1)
        .resultFolders(out);
  }
}
