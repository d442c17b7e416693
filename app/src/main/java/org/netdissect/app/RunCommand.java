package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.trust.TrustOptions;
import org.netdissect.base.DiskSpace;
import org.netdissect.base.Text;
import org.netdissect.base.files.TypedPath;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.reading.ImageList;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.PartEngine;
import org.netdissect.dissection.PartWorker;
import org.netdissect.dissection.activations.RecordedActivations;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.Quantile;
import org.netdissect.dissection.scoring.MapsKept;
import org.netdissect.networks.Device;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.Layer;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.ReceptiveField;
import org.netdissect.pictures.Framing;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.ResultFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code netdissect run}: from a model and labelled images to a result folder. */
@Command(
    name = "run",
    description = "Dissects a network: which concepts do its units detect?",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RunCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..*",
      paramLabel = "MODEL.onnx",
      description =
          "The network: an ONNX file, or the text of a Caffe net (deploy.prototxt) with --weights."
              + " Several are dissected over one reading of the photographs, each into a folder of"
              + " its own in --out. None with --activations.")
  private List<Path> models = List.of();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The labelled images: a folder of any format that 'netdissect data' reads, or the name of"
              + " a data set that 'netdissect data fetch' got. Several are joined, labels by name.")
  private List<Path> data = List.of();

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The result folder.")
  private Path out;

  @Option(
      names = "--layers",
      split = ",",
      paramLabel = "A,B",
      description =
          "Tensor names, node names or globs; 'netdissect layers' lists them. A convolution's name"
              + " means its output after batch norm and activation; tensor:NAME is literal."
              + " Default: the last spatial tensor before the classifier.")
  private List<String> layers = List.of();

  @Option(
      names = "--basis",
      paramLabel = "SPEC",
      description =
          "Dissect beside each layer its activations in another basis, as layers of their own:"
              + " rotation:seeds=1,2;alphas=0.2,0.4,0.6,0.8,1 (random rotations to powers of alpha),"
              + " matrix:FILE.npy[;bias=FILE.npy][;relu][;topk=K] (any directions x channels) or"
              + " random:k=64;seed=1 (unit vectors). May be repeated.")
  private List<String> bases = List.of();

  @Option(
      names = "--preprocess",
      paramLabel = "[MODEL=]NAME|FILE",
      description =
          "torch, caffe, netdissect (the paper's), tf, unit, none, or a JSON file"
              + " {\"channels\":\"RGB\",\"scale\":s,\"mean\":[3],\"std\":[3]} meaning"
              + " x = (pixel*s - mean)/std, or Caffe's mean as .binaryproto or .npy. With several"
              + " models it may stand for each, as MODEL=NAME. Default: torch; netdissect for Caffe"
              + " nets.")
  private List<String> preprocess = List.of();

  @Option(
      names = "--convention",
      paramLabel = "NAME",
      defaultValue = "exact",
      description =
          "Rules of scoring: exact, paper (the original code) or lite (NetDissect-Lite)."
              + " Default: ${DEFAULT-VALUE}.")
  private String convention;

  @Option(
      names = "--quantile",
      paramLabel = "Q",
      defaultValue = "0.005",
      description = "Share of activations above a unit's threshold. Default: ${DEFAULT-VALUE}.")
  private String quantile;

  @Option(
      names = "--iou",
      paramLabel = "X",
      defaultValue = "0.04",
      description = "IoU above which a unit is a detector. Default: ${DEFAULT-VALUE}.")
  private double iou;

  @Option(
      names = "--split",
      paramLabel = "NAME",
      defaultValue = "all",
      description = "all, train or val. Default: ${DEFAULT-VALUE}.")
  private String split;

  @Option(
      names = "--categories",
      split = ",",
      paramLabel = "A,B",
      description = "Look only for concepts of these categories. Default: all.")
  private List<String> categories = List.of();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Take only the first N images of the data set.")
  private @Nullable Long limit;

  @Option(
      names = "--activations",
      paramLabel = "NAME=maps.npy",
      description =
          "Dissect recorded activation maps instead of a network: NumPy float32, float16 or"
              + " float64, or whole numbers that float32 holds (.npy, or the one array of an .npz),"
              + " images x units x height x width. May be repeated.")
  private Map<String, Path> activations = new LinkedHashMap<>();

  @Option(
      names = "--field",
      paramLabel = "OFFSET,SIZE,STEP",
      description =
          "Receptive field of the recorded maps in input pixels; once for all, or once for each"
              + " --activations in their order. Default: maps are stretched over the image.")
  private List<String> fields = List.of();

  @Option(
      names = "--images",
      paramLabel = "DIR|list.txt",
      description =
          "In place of --data a folder of photographs without labels: top images, thresholds and"
              + " histograms, but no scores. With --activations, the images of the recorded maps,"
              + " one name a line, in the order of their rows."
              + " Backslashes and folders before the data set's names do not matter.")
  private @Nullable Path images;

  @Option(
      names = "--workers",
      paramLabel = "N",
      description = "Threads. Default: the number of cores. The result does not depend on it.")
  private @Nullable Integer workers;

  @Option(
      names = "--master",
      paramLabel = "URL",
      description =
          "Do the work on a cluster of Apache Spark, spark://HOST:7077 or another master that Spark"
              + " knows, such as local[4]; its processes must reach model, data and --out under the"
              + " same names. The result does not depend on it. Needs the module cluster"
              + " (docs/cluster.md).")
  private @Nullable String master;

  @Option(
      names = "--parts",
      paramLabel = "N",
      description =
          "With --master: into how many parts the images are split. Default: by its cores.")
  private @Nullable Integer parts;

  /** Said by this command to a cluster's processes: the one of several networks that is meant. */
  @Option(names = "--only", hidden = true)
  private @Nullable Integer only;

  @Spec private CommandSpec spec;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description =
          "Images a call of the network, where the model allows it. Default: 8, on a GPU 32.")
  private @Nullable Integer batch;

  @Option(
      names = "--maps",
      paramLabel = "all|shown|none",
      defaultValue = "all",
      description =
          "Which activation maps the result keeps, cut to what is above the threshold."
              + " Default: ${DEFAULT-VALUE}.")
  private String maps;

  @Option(
      names = "--keep-quantile",
      paramLabel = "Q",
      description =
          "Also keep maps down to this share of a unit's activations, larger than --quantile, for"
              + " 'netdissect formulas --ranges': 0.05, say. Takes several times the disk; how much"
              + " is told. Default: no more than masks need.")
  private @Nullable String keepQuantile;

  @Option(
      names = "--cache",
      paramLabel = "DIR",
      description =
          "Folder for the compiled data set. Default: DATA/.netdissect, or the user's cache folder.")
  private @Nullable Path cache;

  @Option(names = "--overwrite", description = "Replace the result that --out holds.")
  private boolean overwrite;

  @Option(names = "--strict", description = "Stop at an unreadable image.")
  private boolean strict;

  @Option(
      names = "--peaks",
      description =
          "Keep the largest activation of every unit on every image, for measures of whole images"
              + " ('netdissect measures', 'netdissect trust').")
  private boolean peaks;

  @Option(
      names = "--trust",
      description =
          "Put the labels to the test, as 'netdissect trust' does: chance, stability, a held-out"
              + " check.")
  private boolean trust;

  @Option(names = "--no-report", description = "Write no HTML report.")
  private boolean noReport;

  @Mixin private ModelOptions modelOptions;
  @Mixin private FitOption fit;
  @Mixin private DeviceOption device;
  @Mixin private DataOptions dataOptions;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    checkUsage();
    if (models.isEmpty()) {
      ResultFolder.check(out, List.of(out), overwrite);
      finish(recordedBuilder(progress), List.of(), null, progress);
      return 0;
    }
    List<Preprocessing> given = PreprocessOption.of(preprocess, models);
    Device computing = device.device(progress);
    List<Network> networks = modelOptions.open(models, progress);
    try {
      announceDefaults(networks, progress);
      dissect(networks, PreprocessOption.completed(given, networks), computing, progress);
    } finally {
      networks.forEach(Network::close);
    }
    return 0;
  }

  /**
   * Opens what the command asks for, to do a part of it in a process of a cluster. Networks stay
   * open as long as the process lives.
   */
  PartWorker worker(Path folder, String machine) throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, true);
    checkUsage();
    if (models.isEmpty()) {
      return recordedBuilder(progress).build().worker(folder, machine);
    }
    List<Preprocessing> given = PreprocessOption.of(preprocess, models);
    Device computing = device.device(progress);
    List<Network> all = modelOptions.open(models, progress);
    int from = only == null ? 0 : only;
    int to = only == null ? all.size() : only + 1;
    List<Network> networks = all.subList(from, to);
    List<Preprocessing> preprocessings = PreprocessOption.completed(given, all).subList(from, to);
    Network first = networks.get(0);
    ConceptDataset labelled = open(first.inputHeight(), first.inputWidth(), progress);
    return builder(networks, preprocessings, labelled, progress)
        .optDevice(computing)
        .setOut(only == null ? out : Dissector.resultFolders(out, all).get(only))
        .build()
        .worker(folder, machine);
  }

  /** Checks what can be told without opening anything, and takes the data's places. */
  private void checkUsage() throws IOException {
    if (trust && !maps.equals("all")) {
      throw new UsageException(
          "--trust lays masks on other images and needs --maps all, not " + maps);
    }
    options();
    data = DataOptions.located(data);
    if (models.isEmpty() == activations.isEmpty()) {
      throw new UsageException("name a model file, or recorded maps with --activations");
    }
    if (!models.isEmpty() && images != null) {
      takePhotographs(images);
    }
    if (data.isEmpty()) {
      throw new UsageException(
          "name the labelled images with --data, or photographs without labels with --images");
    }
    if (models.isEmpty()) {
      checkRecorded();
    } else if (!fields.isEmpty()) {
      throw new UsageException("--field goes with --activations");
    }
    if (master == null && parts != null) {
      throw new UsageException("--parts goes with --master");
    }
    if (parts != null && parts < 1) {
      throw new UsageException("--parts must be at least 1: " + parts);
    }
    if (master != null) {
      Engines.parts();
    }
    if (!TypedPath.isLocal(out)) {
      checkElsewhere();
    }
  }

  /** Checks what can be written where files are written from their beginning to their end only. */
  private void checkElsewhere() {
    if (master == null) {
      throw new UsageException(
          "--out " + out + " is no folder of this machine and needs --master: local[4], say");
    }
    if (trust) {
      throw new UsageException(
          "--trust needs a folder of this machine for --out, not "
              + out
              + "; leave it out, copy the result into a folder, and give 'netdissect trust' that");
    }
  }

  private Dissector.Builder recordedBuilder(TerminalProgress progress) throws IOException {
    Dissector.Builder builder = options().optProgress(progress).setOut(out);
    InputSize input = modelOptions.inputSize();
    announceData(progress);
    ConceptDataset from =
        open(input == null ? 0 : input.height(), input == null ? 0 : input.width(), progress);
    return builder.setRecorded(recorded(from, Objects.requireNonNull(images), input)).setData(from);
  }

  /** Takes a folder of photographs in place of labelled images. */
  private void takePhotographs(Path folder) {
    if (Files.isRegularFile(folder) && data.isEmpty()) {
      throw new UsageException(
          "--images "
              + folder
              + " is no folder of photographs; a list of names goes with --activations");
    }
    data = dataOptions.photographs(folder, data);
    if (trust) {
      throw new UsageException("--trust needs labels, and photographs of --images have none");
    }
  }

  /**
   * Dissects networks over one reading of the photographs where they look at the same masks, each
   * by itself where their inputs want masks of different sizes.
   */
  private void dissect(
      List<Network> networks,
      List<Preprocessing> preprocessings,
      Device computing,
      TerminalProgress progress)
      throws IOException {
    if (dataOptions.haveMasksOfOneSize(data, networks)
        && (fit.framing() != Framing.CROP || DataOptions.inputs(networks) < 2)) {
      Dissector.Builder builder =
          builder(networks, preprocessings, out, progress).optDevice(computing);
      finish(builder, networks, null, progress);
      return;
    }
    progress.say(
        fit.framing() == Framing.CROP
            ? "the networks' inputs differ, and so does what they see: each is dissected by itself"
            : "the networks' inputs differ, and so do their masks: each is dissected by itself; one"
                + " --mask-size for all would let them share the reading of the photographs");
    List<Path> folders = Dissector.resultFolders(out, networks);
    for (int i = 0; i < folders.size(); i++) {
      List<Network> one = networks.subList(i, i + 1);
      Dissector.Builder builder =
          builder(one, preprocessings.subList(i, i + 1), folders.get(i), progress);
      finish(builder.optDevice(computing), one, i, progress);
    }
  }

  private Dissector.Builder builder(
      List<Network> networks,
      List<Preprocessing> preprocessings,
      Path folder,
      TerminalProgress progress)
      throws IOException {
    // Before any photograph is looked at.
    ResultFolder.check(folder, Dissector.resultFolders(folder, networks), overwrite);
    Network first = networks.get(0);
    ConceptDataset labelled = open(first.inputHeight(), first.inputWidth(), progress);
    new PreprocessingWarning(labelled, fit.framing(), progress)
        .look(networks, preprocessings, !preprocess.isEmpty());
    return builder(networks, preprocessings, labelled, progress).setOut(folder);
  }

  private Dissector.Builder builder(
      List<Network> networks,
      List<Preprocessing> preprocessings,
      ConceptDataset labelled,
      TerminalProgress progress)
      throws IOException {
    return options()
        .optProgress(progress)
        .optPreprocessings(preprocessings)
        .optLayers(layers)
        .setNetworks(networks)
        .setData(labelled);
  }

  private ConceptDataset open(int inputHeight, int inputWidth, TerminalProgress progress)
      throws IOException {
    ConceptDataset labelled = dataOptions.open(data, inputHeight, inputWidth, progress);
    // A result within the data set would be part of the data set from then on.
    for (Path at = out.toAbsolutePath().normalize(); at != null; at = at.getParent()) {
      if (Files.exists(at) && Files.isSameFile(at, labelled.folder())) {
        throw new DissectionException(
            out
                + " lies in the data set "
                + labelled.folder()
                + " and would become part of it; choose a folder outside for --out");
      }
    }
    return labelled;
  }

  /** Says which data sets were taken that lie below the folders that were named. */
  private void announceData(TerminalProgress progress) throws IOException {
    for (Path folder : data) {
      Path found = dataOptions.recognise(folder).folder();
      if (!Files.isSameFile(found, folder)) {
        progress.say(Text.oneLine("data: " + found + " (found below " + folder + ")"));
      }
    }
  }

  private void announceDefaults(List<Network> networks, TerminalProgress progress)
      throws IOException {
    if (preprocess.isEmpty()) {
      networks.stream().map(PreprocessOption::usual).distinct().forEach(progress::say);
    }
    networks.forEach(network -> network.remarks().forEach(progress::say));
    announceData(progress);
    if (layers.isEmpty()) {
      for (Network network : networks) {
        Layer layer = network.defaultLayer();
        progress.say(
            Text.oneLine(
                "layer: "
                    + layer.name()
                    + " ("
                    + layer.channels()
                    + " units of "
                    + layer.height()
                    + "×"
                    + layer.width()
                    + "), "
                    + network.defaultReason()
                    + "; choose with --layers"));
      }
    }
  }

  /** Dissects and tells what came out; one of several networks, by its number, or all at once. */
  private void finish(
      Dissector.Builder builder,
      List<Network> networks,
      @Nullable Integer one,
      TerminalProgress progress)
      throws IOException {
    builder.optNote("dataset", dataOptions.note(data));
    if (cache != null && TypedPath.isLocal(cache)) {
      builder.optNote("cache", cache.toAbsolutePath().normalize().toString());
    }
    if (trust) {
      builder.optThen(new TrustStep(trustOptions(), cache, progress));
    }
    if (!noReport) {
      builder.optThen(Reports.step(cache, progress));
    }
    Interruption.resumable();
    List<Dissection> dissections = run(builder, one, progress);
    for (int i = 0; i < dissections.size(); i++) {
      Dissection dissection = dissections.get(i);
      Output.print(Summary.text(dissection, iou));
      if (!networks.isEmpty()) {
        Output.print(beforeBounds(networks.get(i), dissection));
      }
      if (keepQuantile != null) {
        progress.say(
            "low-maps.bin, maps down to %s of all activations: %s (maps.bin: %s)"
                .formatted(
                    keepQuantile, size(dissection, "low-maps.bin"), size(dissection, "maps.bin")));
      }
      Path report = dissection.folder().resolve("report/index.html");
      progress.say("result: " + dissection.folder() + (noReport ? "" : ", report: " + report));
    }
  }

  /** Bytes of a file of this name in all layers. */
  private static String size(Dissection dissection, String name) {
    return DiskSpace.text(
        dissection.info().files().entrySet().stream()
            .filter(file -> file.getKey().endsWith("/" + name))
            .mapToLong(file -> file.getValue().bytes())
            .sum());
  }

  /** Runs it, here or on a cluster. */
  private List<Dissection> run(
      Dissector.Builder builder, @Nullable Integer one, TerminalProgress progress)
      throws IOException {
    if (master == null) {
      return builder.build().runAll();
    }
    List<String> command = new ArrayList<>(spec.commandLine().getParseResult().originalArgs());
    if (one != null) {
      command.add(command.indexOf("run") + 1, "--only=" + one);
    }
    try (PartEngine engine =
        Engines.parts().open(master, parts == null ? 0 : parts, command, progress)) {
      Interruption.tidy(engine::abandon);
      return builder.optEngine(engine).build().runAll();
    }
  }

  /** What 8 bits mean for masks, where it means much and the layer's kind does not tell. */
  private static String ties(Network network, Dissection dissection, LayerDissection layer)
      throws IOException {
    String name = layer.layer().name();
    boolean isSaid = Ties.isQuantised(layer.layer());
    if (isSaid || !network.isQuantised(network.resolve("tensor:" + name).get(0))) {
      return "";
    }
    return Ties.line(dissection, layer);
  }

  /** Which layers to take instead of those with units that saturate. */
  private static String beforeBounds(Network network, Dissection dissection) throws IOException {
    StringBuilder text = new StringBuilder();
    for (LayerDissection layer : dissection.layers()) {
      if (layer.layer().basis() != null) {
        continue;
      }
      text.append(ties(network, dissection, layer));
      if (!layer.result().emptyMasks().isEmpty()) {
        String name = layer.layer().name();
        List<Layer> before = network.beforeBound(network.resolve("tensor:" + name).get(0));
        if (!before.isEmpty()) {
          text.append(
              "  the bound of layer %s is what they share: before it they differ, --layers %s%n"
                  .formatted(
                      Text.oneLine(name),
                      before.stream()
                          .map(one -> "tensor:" + Text.oneLine(one.name()))
                          .collect(Collectors.joining(","))));
        }
      }
    }
    return text.toString();
  }

  /** How far below the thresholds maps are kept; null for no further than masks need. */
  private @Nullable Quantile kept() {
    if (keepQuantile == null) {
      return null;
    }
    Quantile kept = Quantile.of(keepQuantile);
    if (kept.compareTo(Quantile.of(quantile)) <= 0) {
      throw new IllegalArgumentException(
          "--keep-quantile "
              + keepQuantile
              + " must be larger than --quantile "
              + quantile
              + ": maps are kept down to that anyway");
    }
    if (!maps.equals("all")) {
      throw new IllegalArgumentException(
          "--keep-quantile keeps maps of all images and goes with --maps all, not " + maps);
    }
    return kept;
  }

  /** The options that both kinds of run share; every one is checked before any work begins. */
  private Dissector.Builder options() throws IOException {
    try {
      Dissector.Builder builder =
          Dissector.builder()
              .optConvention(Convention.of(convention))
              .optQuantile(Quantile.of(quantile))
              .optKeepQuantile(kept())
              .optFraming(fit.framing())
              .optIou(iou)
              .optSplit(split.equals("all") ? null : split)
              .optCategories(categories)
              .optMaps(MapsKept.of(maps))
              .optPeaks(peaks)
              .optBases(Bases.of(bases))
              .optCache(cache)
              .optOverwrite(overwrite)
              .optStrict(strict);
      if (limit != null) {
        if (limit < 1) {
          throw new IllegalArgumentException("--limit must be at least 1");
        }
        builder.optLimit(limit);
      }
      if (workers != null) {
        builder.optWorkers(workers);
      }
      if (batch != null) {
        builder.optBatch(batch);
      }
      return builder;
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private TrustOptions trustOptions() {
    TrustOptions usual = TrustOptions.defaults();
    return workers == null ? usual : usual.withWorkers(workers);
  }

  private void checkRecorded() {
    if (images == null) {
      throw new UsageException("--activations needs --images, the names in the order of the rows");
    }
    if (!layers.isEmpty() || !preprocess.isEmpty() || modelOptions.hasWeights()) {
      throw new UsageException("--layers, --preprocess and --weights go with a model");
    }
    if (fit.framing() != Framing.STRETCH && modelOptions.inputSize() == null) {
      throw new UsageException("--fit needs the size of the network's input: --input-size H,W");
    }
    if (fields.size() > 1 && fields.size() != activations.size()) {
      throw new UsageException("--field stands once, or once for each --activations");
    }
  }

  private RecordedActivations recorded(ConceptDataset from, Path images, @Nullable InputSize input)
      throws IOException {
    List<RecordedActivations.Maps> recorded = new ArrayList<>();
    for (Map.Entry<String, Path> entry : activations.entrySet()) {
      String field = fields.isEmpty() ? null : fields.get(fields.size() == 1 ? 0 : recorded.size());
      recorded.add(
          new RecordedActivations.Maps(
              entry.getKey(),
              entry.getValue(),
              field == null ? ReceptiveField.UNKNOWN : field(field)));
    }
    return new RecordedActivations(recorded, ImageList.read(images, from), input);
  }

  private static ReceptiveField field(String text) {
    String[] parts = text.split(",", -1);
    try {
      if (parts.length == 3) {
        return ReceptiveField.square(
            Double.parseDouble(parts[0].trim()),
            Double.parseDouble(parts[1].trim()),
            Double.parseDouble(parts[2].trim()));
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException("--field " + text + ": " + e.getMessage());
    }
    throw new UsageException("--field " + text + " is not OFFSET,SIZE,STEP");
  }
}
