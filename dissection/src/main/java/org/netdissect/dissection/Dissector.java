package org.netdissect.dissection;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Json;
import org.netdissect.base.Progress;
import org.netdissect.base.ToolVersion;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.Seal;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasImage;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.activations.ActivationSource;
import org.netdissect.dissection.activations.NetworkSource;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.activations.RecordedMaps;
import org.netdissect.dissection.activations.RecordedSource;
import org.netdissect.dissection.recording.LayerRecorder;
import org.netdissect.dissection.recording.Recording;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.dissection.scoring.ConceptTotals;
import org.netdissect.dissection.scoring.MapsKept;
import org.netdissect.dissection.scoring.ResultWriter;
import org.netdissect.dissection.tally.MaskTally;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Layer;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.DissectionInfo.DataInfo;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.DissectionInfo.PreprocessingInfo;
import org.netdissect.results.DissectionInfo.Rules;
import org.netdissect.results.FolderNames;
import org.netdissect.results.LayerInfo;
import org.netdissect.results.ResultFolder;
import tools.jackson.databind.node.ObjectNode;

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

  private final Builder options;

  private Dissector(Builder options) {
    this.options = options;
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

  /** A result to come: of a network, or of recorded maps. */
  private record Target(Network network, Path folder, List<Integer> layers) {}

  /**
   * Runs the dissection of one network or of recorded maps.
   *
   * @return the result, opened
   * @throws IOException with one clear line if an input is bad, the result folder is taken, or
   *     writing fails; what was done is kept for another try
   * @throws IllegalStateException if several networks are set
   */
  public Dissection run() throws IOException {
    if (options.networks.size() > 1) {
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
    Instant began = Instant.now();
    List<Path> results = resultFolders();
    ResultFolder.check(options.out, results, options.overwrite);
    Warnings progress = new Warnings(options.progress);
    ConceptDataset data = options.data;
    try (Atlas atlas =
        Atlas.open(
            data,
            new AtlasOptions(options.cache, options.workers, options.strict, false),
            progress)) {
      List<Category> categories = categories(atlas);
      long bits = categories.stream().mapToLong(category -> 1L << category.index()).sum();
      ImageSet images =
          ImageSet.choose(
              atlas,
              options.recorded == null ? null : options.recorded.images(),
              options.split,
              options.limit,
              bits);
      try (ActivationSource source = source(images, progress)) {
        List<Target> targets = targets(source, results);
        DataInfo dataInfo =
            new DataInfo(
                atlas.name(),
                atlas.fingerprint(),
                options.split,
                options.limit > 0 ? options.limit : null,
                categories.stream().map(Category::name).toList());
        Rules rules =
            new Rules(options.convention.word(), options.quantile.toString(), options.iou);
        for (Target target : targets) {
          checkSizes(images, source.input(target.layers().get(0)));
        }
        try (ResultFolder out =
            ResultFolder.open(
                options.out,
                results,
                options.overwrite,
                inputs(targets, dataInfo, rules, source),
                progress)) {
          List<Dissection> dissections = out.complete ? standing(results, progress) : null;
          if (dissections == null) {
            try {
              dissect(images, categories, source, targets, dataInfo, rules, out, progress);
            } catch (DamagedException e) {
              if (!e.isIn(out.work())) {
                throw e;
              }
              progress.warn(e.getMessage() + "; recording anew");
              out.clearWork();
              dissect(images, categories, source, targets, dataInfo, rules, out, progress);
            }
            dissections = new ArrayList<>();
            for (Path result : results) {
              dissections.add(Dissection.open(result));
            }
          }
          for (Dissection dissection : dissections) {
            for (Step step : options.steps) {
              step.run(dissection, data);
            }
            writeRun(dissection.folder(), out.resumed, began, progress);
          }
          out.finish();
          return dissections;
        }
      }
    }
  }

  /** Results that a run left before its last steps, or null if one of them is damaged. */
  private static List<Dissection> standing(List<Path> results, Progress progress)
      throws IOException {
    List<Dissection> standing = new ArrayList<>();
    for (Path result : results) {
      Dissection dissection = ResultFolder.standing(result, progress);
      if (dissection == null) {
        return null;
      }
      standing.add(dissection);
    }
    return standing;
  }

  private List<Path> resultFolders() {
    if (options.networks.size() < 2) {
      return List.of(options.out);
    }
    FolderNames folders = FolderNames.inResult();
    return options.networks.stream()
        .map(network -> network.name().replaceFirst("\\.onnx$", ""))
        .map(name -> options.out.resolve(folders.of(name)))
        .toList();
  }

  /** Which of the source's layers belong to which network. */
  private List<Target> targets(ActivationSource source, List<Path> results) {
    List<Target> targets = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < results.size(); i++) {
      int count =
          source instanceof NetworkSource networks ? networks.layersOf(i) : source.layers().size();
      targets.add(
          new Target(
              options.networks.isEmpty() ? null : options.networks.get(i),
              results.get(i),
              IntStream.range(from, from + count).boxed().toList()));
      from += count;
    }
    return targets;
  }

  private List<Category> categories(Atlas atlas) throws DissectionException {
    List<Category> all = atlas.vocabulary().categories();
    Set<String> wanted = new LinkedHashSet<>(options.categories);
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

  private ActivationSource source(ImageSet images, Progress progress) throws IOException {
    if (options.sources != null) {
      return options.sources.open(images);
    }
    if (options.recorded != null) {
      return recordedSource(images, progress);
    }
    List<NetworkSource.Tapped> tapped = new ArrayList<>();
    try {
      for (Network network : options.networks) {
        tapped.add(tap(network, progress));
      }
      return new NetworkSource(tapped, options.data, images, options.convention, options.batch);
    } catch (IOException | RuntimeException e) {
      for (NetworkSource.Tapped network : tapped) {
        network.tapped().close();
      }
      throw e;
    }
  }

  private NetworkSource.Tapped tap(Network network, Progress progress) throws IOException {
    Map<String, Layer> byName = new LinkedHashMap<>();
    if (options.layers.isEmpty()) {
      byName.put(network.defaultLayer().name(), network.defaultLayer());
    }
    for (String spec : options.layers) {
      network.resolve(spec).forEach(layer -> byName.put(layer.name(), layer));
    }
    List<Layer> layers = List.copyOf(byName.values());
    FolderNames folders = FolderNames.inResult();
    List<LayerInfo> infos = new ArrayList<>();
    for (Layer layer : layers) {
      infos.add(
          new LayerInfo(
              layer.name(),
              folders.of(layer.name()),
              layer.kind(),
              layer.channels(),
              layer.height(),
              layer.width(),
              known(layer.name(), layer.field(), progress)));
    }
    return new NetworkSource.Tapped(network, network.tap(layers, options.preprocessing), infos);
  }

  private ActivationSource recordedSource(ImageSet images, Progress progress) throws IOException {
    List<RecordedMaps> files = new ArrayList<>();
    try {
      FolderNames folders = FolderNames.inResult();
      List<LayerInfo> infos = new ArrayList<>();
      for (RecordedActivations.Maps layer : options.recorded.layers()) {
        RecordedMaps maps = RecordedMaps.open(layer.file());
        files.add(maps);
        if (maps.images != options.recorded.images().size()) {
          throw new DissectionException(
              layer.file()
                  + ": holds maps of "
                  + maps.images
                  + " images, the list names "
                  + options.recorded.images().size());
        }
        infos.add(
            new LayerInfo(
                layer.name(),
                folders.of(layer.name()),
                "recorded",
                maps.units,
                maps.height,
                maps.width,
                known(layer.name(), layer.field(), progress)));
      }
      return new RecordedSource(files, infos, images, options.recorded.input());
    } catch (IOException | RuntimeException e) {
      for (RecordedMaps maps : files) {
        maps.close();
      }
      throw e;
    }
  }

  private ReceptiveField known(String layer, ReceptiveField field, Progress progress) {
    if (field.isKnown()) {
      return field;
    }
    if (options.convention != Convention.LITE) {
      progress.warn(
          "the receptive field of layer "
              + layer
              + " is unknown: its maps are stretched over the image (half-pixel centres)");
    }
    return null;
  }

  /** The original has no rule for photographs of another size than the input. */
  private void checkSizes(ImageSet images, InputSize input) throws DissectionException {
    if (options.convention != Convention.PAPER || input == null) {
      return;
    }
    for (int i = 0; i < images.size(); i++) {
      AtlasImage image = images.atlasImage(i);
      if (image.photoHeight() != input.height() || image.photoWidth() != input.width()) {
        throw NetworkSource.refusedSize(
            image.name(), image.photoHeight(), image.photoWidth(), input.height(), input.width());
      }
    }
  }

  private NetworkInfo networkInfo(Target target, ActivationSource source) throws IOException {
    InputSize input = source.input(target.layers().get(0));
    Integer height = input == null ? null : input.height();
    Integer width = input == null ? null : input.width();
    if (target.network() == null) {
      return new NetworkInfo(null, null, null, height, width, null);
    }
    Map<String, String> weightFiles = target.network().weightFiles();
    Preprocessing p = options.preprocessing;
    return new NetworkInfo(
        target.network().name(),
        target.network().sha256(),
        weightFiles.isEmpty() ? null : weightFiles,
        height,
        width,
        new PreprocessingInfo(p.channels().name(), p.scale(), p.mean(), p.std()));
  }

  /** Everything that decides the result, for telling whether a run may go on. */
  private ObjectNode inputs(
      List<Target> targets, DataInfo data, Rules rules, ActivationSource source)
      throws IOException {
    ObjectNode inputs = Json.mapper().createObjectNode();
    inputs.put("tool", ToolVersion.get());
    List<NetworkInfo> networks = new ArrayList<>();
    for (Target target : targets) {
      networks.add(networkInfo(target, source));
    }
    inputs.set("networks", Json.mapper().valueToTree(networks));
    inputs.set("layers", Json.mapper().valueToTree(source.layers()));
    inputs.set("data", Json.mapper().valueToTree(data));
    inputs.put("convention", rules.convention());
    inputs.put("quantile", rules.quantile());
    inputs.put("iou", rules.iou());
    inputs.put("maps", options.maps.name().toLowerCase(Locale.ROOT));
    if (options.recorded != null) {
      inputs.set("images", Json.mapper().valueToTree(options.recorded.images()));
      for (RecordedActivations.Maps layer : options.recorded.layers()) {
        inputs.put(
            "file of " + layer.name(),
            Files.size(layer.file())
                + " bytes of "
                + Files.getLastModifiedTime(layer.file()).toInstant());
      }
    }
    return inputs;
  }

  private void dissect(
      ImageSet images,
      List<Category> categories,
      ActivationSource source,
      List<Target> targets,
      DataInfo dataInfo,
      Rules rules,
      ResultFolder out,
      Progress progress)
      throws IOException {
    long after = 0;
    for (Target target : targets) {
      int units = target.layers().stream().mapToInt(l -> source.layers().get(l).units()).sum();
      for (Step step : options.steps) {
        after += step.estimate(options.data, units, images.size());
      }
    }
    SpaceNeeded.of(source.layers(), images.size(), options.quantile.share(), options.maps)
        .plus(after)
        .check(options.out, progress, DiskSpace::usable);
    try (Recording recording =
        Recording.open(
            images,
            source.layers(),
            options.convention,
            options.quantile,
            out.work(),
            TOP_IMAGES)) {
      recording.run(source, options.workers, options.strict, progress);
      recording.requireImages();
      ConceptTotals totals =
          new ConceptTotals(images, categories, options.convention, recording.read());
      DissectionInfo.Images imagesInfo = imagesInfo(images, recording);
      for (Target target : targets) {
        Files.createDirectories(target.folder());
        ResultWriter writer =
            new ResultWriter(
                images, totals, options.convention, options.workers, options.maps, target.folder());
        List<DissectionInfo.LayerResult> layers = new ArrayList<>();
        for (int l : target.layers()) {
          LayerRecorder recorder = recording.recorders().get(l);
          MaskTally tally =
              new MaskTally(
                  recorder, images, options.convention, options.quantile, source.input(l));
          layers.add(writer.write(recorder, tally, recorder.folder(), progress));
        }
        writer.writeTables();
        DissectionInfo info =
            new DissectionInfo(
                DissectionInfo.FORMAT,
                ToolVersion.get(),
                networkInfo(target, source),
                dataInfo,
                rules,
                imagesInfo,
                layers,
                null,
                writer.files());
        ResultFolder.writeAtomically(
            target.folder().resolve(Dissection.FILE), Seal.seal(Json.pretty(info)));
      }
    }
  }

  private static DissectionInfo.Images imagesInfo(ImageSet images, Recording recording) {
    List<DissectionInfo.Unreadable> unreadable = new ArrayList<>();
    recording
        .unreadable()
        .forEach(
            (image, reason) ->
                unreadable.add(new DissectionInfo.Unreadable(images.name(image), reason)));
    return new DissectionInfo.Images(
        images.size(), recording.read().cardinality(), recording.contentSha256(), unreadable);
  }

  private void writeRun(Path result, boolean resumed, Instant began, Warnings warnings)
      throws IOException {
    Map<String, Object> run = new LinkedHashMap<>();
    Instant ended = Instant.now();
    run.put("began", began.toString());
    run.put("ended", ended.toString());
    run.put("seconds", Duration.between(began, ended).toMillis() / 1000.0);
    run.put("resumed", resumed);
    run.put("host", hostName());
    run.put("java", System.getProperty("java.vm.name") + " " + Runtime.version());
    run.put("workers", options.workers);
    run.put("data", options.data.folder().toAbsolutePath().toString());
    run.put("messages", warnings.messages());
    ResultFolder.writeAtomically(result.resolve("run.json"), Json.pretty(run));
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  /** Passes on what it is told and keeps the warnings. */
  private static final class Warnings implements Progress {
    private final Progress progress;
    private final List<String> messages = new ArrayList<>();

    Warnings(Progress progress) {
      this.progress = progress;
    }

    @Override
    public void begin(String phase, long total, String unit) {
      progress.begin(phase, total, unit);
    }

    @Override
    public void advance(long n) {
      progress.advance(n);
    }

    @Override
    public void end() {
      progress.end();
    }

    @Override
    public void warn(String message) {
      synchronized (messages) {
        messages.add(message);
      }
      progress.warn(message);
    }

    List<String> messages() {
      synchronized (messages) {
        return List.copyOf(messages);
      }
    }
  }

  /** Collects what a dissection needs: {@code set…} is required, {@code opt…} has a default. */
  public static final class Builder {
    private List<Network> networks = List.of();
    private RecordedActivations recorded;
    private ActivationSource.Factory sources;
    private ConceptDataset data;
    private Path out;
    private List<String> layers = List.of();

    /** Null as long as it is what the networks usually take. */
    private Preprocessing preprocessing;

    private Convention convention = Convention.EXACT;
    private Quantile quantile = Quantile.DEFAULT;
    private double iou = DEFAULT_IOU;
    private String split;
    private long limit;
    private List<String> categories = List.of();
    private int workers = Runtime.getRuntime().availableProcessors();
    private int batch = 8;
    private boolean overwrite;
    private boolean strict;
    private Path cache;
    private MapsKept maps = MapsKept.ALL;
    private Progress progress = Progress.NONE;
    private final List<Step> steps = new ArrayList<>();

    private Builder() {}

    /** The network to dissect. Either this or {@link #setRecorded} is required. */
    public Builder setNetwork(Network network) {
      return setNetworks(List.of(network));
    }

    /**
     * Networks to dissect together; layers and preprocessing are the same for all. To be run with
     * {@link Dissector#runAll}.
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

    /** What is done to pixels; default {@link Network#usualPreprocessing}. */
    public Builder optPreprocessing(Preprocessing preprocessing) {
      this.preprocessing = Objects.requireNonNull(preprocessing);
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
    public Builder optSplit(String split) {
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

    /** Images a call of the network, where the model allows it; default 8. */
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
    public Builder optCache(Path cache) {
      this.cache = cache;
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

    /** Adds a step to do with the result before the run counts as finished, such as the report. */
    public Builder optThen(Step step) {
      steps.add(Objects.requireNonNull(step));
      return this;
    }

    /**
     * The dissector.
     *
     * @throws IllegalStateException if something required is missing
     */
    public Dissector build() {
      if (sources == null && networks.isEmpty() == (recorded == null)) {
        throw new IllegalStateException("set either a network or recorded activations");
      }
      if (data == null || out == null) {
        throw new IllegalStateException("set the data and the result folder");
      }
      if (preprocessing == null) {
        List<Preprocessing> usual =
            networks.stream().map(Network::usualPreprocessing).distinct().toList();
        if (usual.size() > 1) {
          throw new IllegalStateException("the networks take different preprocessing: set it");
        }
        preprocessing = usual.isEmpty() ? Preprocessing.TORCH : usual.get(0);
      }
      return new Dissector(this);
    }
  }
}
