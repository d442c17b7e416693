package org.netdissect.lab.study;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Digests;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Text;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.WorkLock;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.datasets.Datasets;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.Stamper;
import org.netdissect.dissection.activations.basis.Basis;
import org.netdissect.lab.train.TrainingOptions;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.results.Dissection;
import org.netdissect.results.ResultFolder;

/**
 * Where everything that a study makes lies: in folders named after a digest of what made it, so
 * that a study that was cut off finds it again, and a changed one makes only what changed.
 *
 * <pre>
 * OUT/data/        a rendered world
 * OUT/networks/    trained networks
 * OUT/results/     dissections
 * OUT/probes/      accuracies of linear classifiers
 * OUT/index.html   what came out
 * </pre>
 */
final class StudyFolders {
  private static final String MODEL = "model.onnx";
  private static final String TOGETHER = "together";

  private final Study study;
  private final Path out;
  private final Map<String, Subject> byName = new LinkedHashMap<>();

  // What was found once, since it reads files.
  private final Map<String, TrainingOptions> trainings = new HashMap<>();
  private final Map<String, Path> results = new HashMap<>();
  private final Map<Path, String> digests = new HashMap<>();
  private final Map<Path, String> networks = new HashMap<>();
  private @Nullable Path trainedOn;
  private final Map<Map.Entry<Path, String>, String> dataKeys = new HashMap<>();

  StudyFolders(Study study, Path out) {
    this.study = study;
    this.out = out;
    study.subjects().forEach(subject -> byName.put(subject.name(), subject));
  }

  /**
   * Refuses a folder of other things: what a study does not know in its own it deletes.
   *
   * @throws NetdissectException in one line
   */
  void requireOwn() throws IOException {
    if (!Files.exists(out)) {
      return;
    }
    if (!Files.isDirectory(out)) {
      throw new NetdissectException(out + " is no folder; choose another one for --out");
    }
    // Whoever works there locks it first, and the lock's file stays.
    if (!Files.exists(out.resolve(WorkLock.FILE)) && !isEmpty(out)) {
      throw new NetdissectException(
          out + " is not empty and holds no study; choose another folder for --out");
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(folder)) {
      return !inside.iterator().hasNext();
    }
  }

  /** The data set's folder, made or not. */
  Path data() {
    Study.WorldBlock world = study.data().world();
    return world == null
        ? Objects.requireNonNull(study.data().folder())
        : out.resolve("data")
            .resolve(
                String.format(
                    Locale.ROOT, "world-%d-%d-%d", world.seed(), world.size(), world.images()));
  }

  /** The training of a subject, with its folders filled in and all checkpoints that are wanted. */
  TrainingOptions training(Subject subject) throws IOException {
    TrainingOptions known = trainings.get(subject.name());
    if (known == null) {
      known = newTraining(subject);
      trainings.put(subject.name(), known);
    }
    return known;
  }

  /** The folder that the data set was recognised in: the one that is named, or one below it. */
  private Path trainedOn() throws IOException {
    if (trainedOn == null) {
      Path folder = study.data().folder();
      trainedOn = folder == null ? data() : Datasets.open(folder, study.data().options()).folder();
    }
    return trainedOn;
  }

  private TrainingOptions newTraining(Subject subject) throws IOException {
    TrainingOptions open = Objects.requireNonNull(subject.training());
    Path from = open.data().equals(StudyReader.UNSET) ? trainedOn() : open.data();
    Subject start = subject.initFrom() == null ? null : byName.get(subject.initFrom());
    Path init = start == null ? null : model(start);
    TrainingOptions whole = open.with(from, out, init);
    Set<Integer> checkpoints = new TreeSet<>();
    for (Subject other : study.subjects()) {
      if (other.training() != null
          && other.origin().equals(subject.origin())
          && Objects.equals(other.initFrom(), subject.initFrom())) {
        checkpoints.addAll(other.training().checkpoints());
      }
    }
    Path folder =
        out.resolve("networks")
            .resolve(
                folder(whole.architecture().typed() + "-" + whole.task().lowerCase(), made(whole)));
    return whole.with(from, folder, init).withCheckpoints(List.copyOf(checkpoints));
  }

  /**
   * What makes a network: its options, with what it starts from named by its own digest. Further
   * checkpoints do not change it.
   */
  private String made(TrainingOptions options) throws IOException {
    Path init = options.init();
    return options
        .with(
            options.data().startsWith(out)
                ? out.relativize(options.data())
                : Path.of(dataKey(options.data())),
            Path.of("out"),
            init == null ? null : Path.of(started(init)))
        .withCheckpoints(List.of())
        .command();
  }

  /** A start by the training that made it, or by what is in its file. */
  private String started(Path init) throws IOException {
    return init.startsWith(out) ? out.relativize(init).toString() : network(init);
  }

  /** Whether a training is done, with all its checkpoints. */
  static boolean isTrained(TrainingOptions options) {
    return Files.exists(options.out().resolve(MODEL))
        && options.checkpoints().stream()
            .allMatch(at -> Files.exists(options.out().resolve(checkpoint(at))));
  }

  private static String checkpoint(int iteration) {
    return String.format(Locale.ROOT, "model-%06d.onnx", iteration);
  }

  private static String folder(String name, String made) {
    String safe = Text.fileSafe(name);
    safe = safe.replaceAll("\\.\\.+-?", "");
    return (safe.length() > 40 ? safe.substring(0, 40) : safe) + "-" + Digests.shortHash(made, 12);
  }

  /** A subject's model, trained or not. */
  Path model(Subject subject) throws IOException {
    if (subject.model() != null) {
      return subject.model();
    }
    Path folder = training(subject).out();
    Integer at = subject.iteration();
    return folder.resolve(at == null ? MODEL : checkpoint(at));
  }

  /** Folder of a subject's dissection; a model's file is read for it once. */
  Path result(Subject subject) throws IOException {
    Path known = results.get(subject.name());
    if (known == null) {
      known = newResult(subject);
      results.put(subject.name(), known);
    }
    return known;
  }

  /** File of the accuracies of a subject's layer. */
  Path probed(Subject subject) throws IOException {
    Probing probing = Objects.requireNonNull(study.probing());
    String images = probing.data() == null ? dataKey() : dataKey(probing.data());
    String made =
        String.join("\n", String.valueOf(result(subject).getFileName()), images, probing.made());
    return out.resolve("probes").resolve(folder(label(subject), made) + ".csv");
  }

  private Path newResult(Subject subject) throws IOException {
    Path model = subject.model();
    String network =
        model == null ? made(training(subject)) + " @" + subject.iteration() : network(model);
    String made =
        String.join(
            "\n",
            network,
            dataKey(),
            String.join(",", subject.layers()),
            preprocessing(subject),
            bases(subject),
            Long.toString(study.limit()),
            Double.toString(study.iou()));
    return out.resolve("results").resolve(folder(label(subject), made));
  }

  /**
   * For people who look into the folder. Not the subject's name, which changes when its grid grows.
   */
  private static String label(Subject subject) {
    TrainingOptions options = subject.training();
    return options == null
        ? String.valueOf(Objects.requireNonNull(subject.model()).getFileName())
            .replaceFirst("\\.onnx$", "")
        : options.architecture().typed()
            + "-"
            + options.task().lowerCase()
            + "-"
            + options.seed()
            + (subject.iteration() == null ? "" : "-at-" + subject.iteration());
  }

  /** A preprocessing by its name, or by what its file says. */
  private static String preprocessing(Subject subject) throws IOException {
    String text = String.valueOf(subject.preprocess());
    return subject.preprocess() == null || Preprocessing.names().contains(text)
        ? text
        : Preprocessing.of(text).toString();
  }

  /** Bases by what is in their files, not by where these are. */
  private String bases(Subject subject) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String basis : subject.bases()) {
      String one = basis;
      for (Path file : Basis.parse(basis).files()) {
        one = one.replace(file.toString(), digest(file));
      }
      text.append(text.isEmpty() ? "" : " ").append(one);
    }
    return text.toString();
  }

  /** A network by what is in its file, and in the files of weights beside it. */
  private String network(Path model) throws IOException {
    String known = networks.get(model);
    if (known == null) {
      known = digest(model);
      try (Network network = Network.open(model)) {
        Map<String, String> weights = network.weightFiles();
        known += weights.isEmpty() ? "" : " " + new TreeMap<>(weights);
      } catch (ModelException e) {
        // Told when it is looked at.
      }
      networks.put(model, known);
    }
    return known;
  }

  String digest(Path file) throws IOException {
    String known = digests.get(file);
    if (known == null) {
      known = Digests.sha256Hex(file);
      digests.put(file, known);
    }
    return known;
  }

  /**
   * The data set by its rows, and by sizes and times of its files, as compiled labels are; a world
   * by what it is rendered from.
   */
  private String dataKey() throws IOException {
    Path folder = study.data().folder();
    if (folder == null) {
      return data().getFileName().toString();
    }
    return dataKey(folder, study.data().options());
  }

  private String dataKey(Path folder) throws IOException {
    return dataKey(folder, DatasetOptions.defaults());
  }

  private String dataKey(Path folder, DatasetOptions options) throws IOException {
    Map.Entry<Path, String> which = Map.entry(folder, String.valueOf(options.format()));
    String known = dataKeys.get(which);
    if (known == null) {
      ConceptDataset data = Datasets.open(folder, options);
      Stamper stamper = new Stamper();
      stamper.add(data.key() + "\n" + data.stamp() + "\n");
      for (ImageRow row : data.images()) {
        stamper.add(row.name() + " " + row.maskHeight() + "x" + row.maskWidth() + "\n");
        stamper.add(data.photograph(row));
      }
      known = Digests.shortHash(stamper.stamp(), 32);
      dataKeys.put(which, known);
    }
    return known;
  }

  /** Whether a dissection is done. */
  static boolean isDissected(Path result) {
    return Files.exists(result.resolve(Dissection.FILE))
        && !Files.exists(result.resolve(ResultFolder.WORK));
  }

  /** One subject of each training, those that others start from first. */
  List<Subject> trainings() throws IOException {
    Map<Path, Subject> once = new LinkedHashMap<>();
    for (Subject subject : study.subjects()) {
      addTraining(subject, once);
    }
    return List.copyOf(once.values());
  }

  private void addTraining(Subject subject, Map<Path, Subject> once) throws IOException {
    if (subject.training() == null) {
      return;
    }
    Subject start = subject.initFrom() == null ? null : byName.get(subject.initFrom());
    if (start != null) {
      addTraining(start, once);
    }
    once.putIfAbsent(training(subject).out(), subject);
  }

  /** Trainings that share a file are one: which of them stands for each. */
  Map<Subject.Origin, Subject.Origin> origins() throws IOException {
    Map<Subject.Origin, Subject.Origin> origins = new HashMap<>();
    Map<String, Subject.Origin> byFile = new HashMap<>();
    for (Subject subject : study.subjects()) {
      if (subject.model() != null) {
        Subject.Origin own = root(subject.origin(), origins);
        Subject.Origin other =
            root(byFile.computeIfAbsent(digest(subject.model()), file -> own), origins);
        if (!own.equals(other)) {
          origins.put(own, other);
        }
      }
    }
    return origins;
  }

  static Subject.Origin root(Subject.Origin origin, Map<Subject.Origin, Subject.Origin> origins) {
    Subject.Origin at = origin;
    for (Subject.Origin up = origins.get(at); up != null; up = origins.get(at)) {
      at = up;
    }
    return at;
  }

  /** Folder in which several subjects are dissected together before each goes to its own. */
  Path together(List<Subject> subjects) throws IOException {
    List<String> names = new ArrayList<>();
    for (Subject subject : subjects) {
      names.add(String.valueOf(result(subject).getFileName()));
    }
    return out.resolve("results").resolve(folder(TOGETHER, String.join("\n", names)));
  }

  /** Removes what a kill left between a dissection of several and the move to their own folders. */
  void removeLeft() throws IOException {
    Path results = out.resolve("results");
    if (Files.isDirectory(results)) {
      try (DirectoryStream<Path> left = Files.newDirectoryStream(results, TOGETHER + "-*")) {
        for (Path folder : left) {
          Trees.delete(folder);
        }
      }
    }
  }
}
