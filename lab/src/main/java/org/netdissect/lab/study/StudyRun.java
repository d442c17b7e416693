package org.netdissect.lab.study;

import java.io.IOException;
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
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.probes.Probe;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.files.Trees;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.datasets.Datasets;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.activations.basis.Basis;
import org.netdissect.lab.train.Training;
import org.netdissect.lab.train.TrainingOptions;
import org.netdissect.lab.world.WorldFolder;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.results.Dissection;
import org.netdissect.results.ResultFolder;

/**
 * Runs a study: what is missing, in the right order. Every intermediate result lies in a folder
 * named after a digest of what made it, so that a study that is cut off goes on where it was, and a
 * changed one does only what changed.
 *
 * <pre>
 * OUT/data/        a rendered world
 * OUT/networks/    trained networks
 * OUT/results/     dissections
 * OUT/probes/      accuracies of linear classifiers
 * OUT/index.html   what came out
 * </pre>
 */
public final class StudyRun {
  private final Study study;
  private final Path out;
  private final Dissector.@Nullable Step report;
  private final Progress progress;
  private final Consumer<String> say;
  private final Map<String, Subject> byName = new LinkedHashMap<>();

  /** What is to be done, or was. */
  public record Step(String name, boolean done, double seconds) {}

  /**
   * What came out.
   *
   * @param page that shows it
   * @param answers one a question, in the order of the file
   */
  public record Answers(Path page, List<Answer> answers) {
    public Answers {
      answers = List.copyOf(answers);
    }
  }

  /**
   * An answer.
   *
   * @param question its title
   * @param verdict holds, does not hold or cannot be told; empty where nothing was expected
   * @param statistic on which the verdict rests, with its interval; empty where there is none
   */
  public record Answer(String question, String verdict, String statistic) {}

  private StudyRun(
      Study study,
      Path out,
      Dissector.@Nullable Step report,
      Progress progress,
      Consumer<String> say) {
    this.study = study;
    this.out = out;
    this.report = study.reports() ? report : null;
    this.progress = progress;
    this.say = say;
    study.subjects().forEach(subject -> byName.put(subject.name(), subject));
  }

  /**
   * A run.
   *
   * @param out folder of everything the study makes
   * @param report step that writes the report of a dissection; null for none
   * @param say is told which step begins
   */
  public static StudyRun of(
      Study study,
      Path out,
      Dissector.@Nullable Step report,
      Progress progress,
      Consumer<String> say) {
    return new StudyRun(study, out, report, progress, say);
  }

  /** Seconds as people say them. */
  public static String shown(double seconds) {
    return Estimates.shown(seconds);
  }

  // ---- names of what is made ----

  private Path data() {
    Study.WorldBlock world = study.data().world();
    return world == null
        ? Objects.requireNonNull(study.data().folder())
        : out.resolve("data")
            .resolve(
                String.format(
                    Locale.ROOT, "world-%d-%d-%d", world.seed(), world.size(), world.images()));
  }

  /** The training of a subject, with its folders filled in and all checkpoints that are wanted. */
  private TrainingOptions training(Subject subject) throws IOException {
    TrainingOptions known = trainings.get(subject.name());
    if (known == null) {
      known = newTraining(subject);
      trainings.put(subject.name(), known);
    }
    return known;
  }

  private final Map<String, TrainingOptions> trainings = new HashMap<>();

  private TrainingOptions newTraining(Subject subject) throws IOException {
    TrainingOptions open = Objects.requireNonNull(subject.training());
    Path from = open.data().equals(StudyReader.UNSET) ? data() : open.data();
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
            init == null
                ? null
                : Path.of(String.valueOf(Objects.requireNonNull(init.getParent()).getFileName())))
        .withCheckpoints(List.of())
        .command();
  }

  /** Whether a training is done, with all its checkpoints. */
  private static boolean isTrained(TrainingOptions options) {
    return Files.exists(options.out().resolve(MODEL))
        && options.checkpoints().stream()
            .allMatch(at -> Files.exists(options.out().resolve(checkpoint(at))));
  }

  private static final String MODEL = "model.onnx";

  private static String checkpoint(int iteration) {
    return String.format(Locale.ROOT, "model-%06d.onnx", iteration);
  }

  private static String folder(String name, String made) {
    String safe = Text.fileSafe(name);
    safe = safe.replaceAll("\\.\\.+-?", "");
    return (safe.length() > 40 ? safe.substring(0, 40) : safe) + "-" + Digests.shortHash(made, 12);
  }

  private Path model(Subject subject) throws IOException {
    if (subject.model() != null) {
      return subject.model();
    }
    Path folder = training(subject).out();
    Integer at = subject.iteration();
    return folder.resolve(at == null ? MODEL : checkpoint(at));
  }

  private final Map<String, Path> results = new HashMap<>();

  /** Folder of a subject's dissection; a model's file is read for it once. */
  private Path result(Subject subject) throws IOException {
    Path known = results.get(subject.name());
    if (known == null) {
      known = newResult(subject);
      results.put(subject.name(), known);
    }
    return known;
  }

  /** File of the accuracies of a subject's layer. */
  private Path probed(Subject subject) throws IOException {
    Probing probing = Objects.requireNonNull(study.probing());
    String images = probing.data() == null ? dataKey() : dataKey(probing.data());
    String made =
        String.join("\n", String.valueOf(result(subject).getFileName()), images, probing.made());
    return out.resolve("probes").resolve(folder(subject.name(), made) + ".csv");
  }

  private Path newResult(Subject subject) throws IOException {
    Path model = subject.model();
    String network =
        model == null ? made(training(subject)) + " @" + subject.iteration() : digest(model);
    String made =
        String.join(
            "\n",
            network,
            dataKey(),
            String.join(",", subject.layers()),
            String.valueOf(subject.preprocess()),
            bases(subject),
            Long.toString(study.limit()),
            Double.toString(study.iou()));
    return out.resolve("results").resolve(folder(subject.name(), made));
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

  private final Map<Path, String> digests = new HashMap<>();

  private String digest(Path file) throws IOException {
    String known = digests.get(file);
    if (known == null) {
      known = Digests.sha256Hex(file);
      digests.put(file, known);
    }
    return known;
  }

  private final Map<Path, String> dataKeys = new HashMap<>();

  /** The data set by its rows; a world by what it is rendered from. */
  private String dataKey() throws IOException {
    Path folder = study.data().folder();
    if (folder == null) {
      return data().getFileName().toString();
    }
    return dataKey(folder);
  }

  private String dataKey(Path folder) throws IOException {
    String known = dataKeys.get(folder);
    if (known == null) {
      StringBuilder rows = new StringBuilder();
      for (ImageRow row : Datasets.open(folder, DatasetOptions.defaults()).images()) {
        rows.append(row.name()).append(' ').append(row.maskHeight()).append('x');
        rows.append(row.maskWidth()).append('\n');
      }
      known = Digests.shortHash(rows.toString(), 32);
      dataKeys.put(folder, known);
    }
    return known;
  }

  private static boolean isDissected(Path result) {
    return Files.exists(result.resolve(Dissection.FILE))
        && !Files.exists(result.resolve(ResultFolder.WORK));
  }

  // ---- the plan ----

  /** What a run would do, in order; nothing is written. */
  public List<Step> plan() throws IOException {
    List<Step> steps = new ArrayList<>();
    Study.WorldBlock world = study.data().world();
    int images;
    if (world != null) {
      images = world.images();
      steps.add(
          new Step(
              "render " + world.images() + " images",
              Files.exists(data()),
              Estimates.rendering(world)));
    } else {
      images = Datasets.open(data(), DatasetOptions.defaults()).images().size();
    }
    images = study.limit() > 0 ? (int) Math.min(study.limit(), images) : images;
    for (Subject subject : trainings()) {
      TrainingOptions options = training(subject);
      steps.add(
          new Step(
              "train " + trainingName(subject), isTrained(options), Estimates.training(options)));
    }
    for (Subject subject : study.subjects()) {
      steps.add(
          new Step(
              "dissect " + subject.name(),
              isDissected(result(subject)),
              Estimates.dissection(subject, images, views(subject), report != null)));
    }
    if (study.probing() != null) {
      for (Subject subject : study.subjects()) {
        steps.add(
            new Step(
                "probe " + subject.name(),
                Files.exists(probed(subject)),
                Estimates.probe(subject, images)));
      }
    }
    return steps;
  }

  /** Views of each layer beside the layer itself. */
  private static int views(Subject subject) {
    return subject.bases().stream().mapToInt(basis -> Basis.parse(basis).count()).sum();
  }

  private static String trainingName(Subject subject) {
    return subject.name().replaceFirst(" iteration=\\d+$", "");
  }

  /** One subject of each training, those that others start from first. */
  private List<Subject> trainings() throws IOException {
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

  // ---- doing it ----

  /**
   * Does what is missing and writes the page.
   *
   * @return the page and what it answers
   * @throws IOException with one line that names the step; what was done is kept
   */
  public Answers run() throws IOException {
    List<Step> plan = plan();
    Files.createDirectories(out);
    double left = plan.stream().filter(step -> !step.done()).mapToDouble(Step::seconds).sum();
    int number = 0;
    Study.WorldBlock world = study.data().world();
    if (world != null) {
      number++;
      if (!plan.get(0).done()) {
        begin(number, plan, left);
        render(world);
        left -= plan.get(0).seconds();
      }
    }
    for (Subject subject : trainings()) {
      Step step = plan.get(number++);
      if (!step.done()) {
        begin(number, plan, left);
        train(subject);
        left -= step.seconds();
      }
    }
    ConceptDataset data = Datasets.open(data(), DatasetOptions.defaults());
    for (Subject subject : study.subjects()) {
      Step step = plan.get(number++);
      if (!step.done()) {
        begin(number, plan, left);
        dissect(subject, data);
        left -= step.seconds();
      }
    }
    if (study.probing() != null) {
      Probe probe = null;
      for (Subject subject : study.subjects()) {
        Step step = plan.get(number++);
        if (!step.done()) {
          begin(number, plan, left);
          probe = probe == null ? study.probing().on(probed(data), progress) : probe;
          probe(subject, probe);
          left -= step.seconds();
        }
      }
    }
    Map<Subject.Origin, Subject.Origin> origins = origins();
    List<Outcome> outcomes = new ArrayList<>();
    for (Subject subject : study.subjects()) {
      outcomes.add(
          new Outcome(
              subject,
              root(subject.origin(), origins),
              Dissection.open(result(subject)),
              accuracy(subject),
              study.probing() == null ? null : Probing.read(probed(subject))));
    }
    return new StudyPage(study, outcomes, out).write();
  }

  /** Trainings that share a file are one: which of them stands for each. */
  private Map<Subject.Origin, Subject.Origin> origins() throws IOException {
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

  private static Subject.Origin root(
      Subject.Origin origin, Map<Subject.Origin, Subject.Origin> origins) {
    Subject.Origin at = origin;
    for (Subject.Origin up = origins.get(at); up != null; up = origins.get(at)) {
      at = up;
    }
    return at;
  }

  private void begin(int number, List<Step> plan, double left) {
    say.accept(
        String.format(
            Locale.ROOT,
            "step %d of %d, about %s left: %s",
            number,
            plan.size(),
            Estimates.shown(left),
            plan.get(number - 1).name()));
  }

  private void render(Study.WorldBlock world) throws IOException {
    Path folder = data();
    Files.createDirectories(Objects.requireNonNull(folder.getParent()));
    try (Progress.Phase phase = progress.phase("rendering", world.images(), "images")) {
      WorldFolder.ensure(
          world.seed(),
          world.size(),
          world.images(),
          folder,
          Runtime.getRuntime().availableProcessors(),
          n -> phase.advance(1));
      phase.done();
    }
  }

  private void train(Subject subject) throws IOException {
    TrainingOptions options = training(subject);
    // A training that was cut off begins again: its folder is the study's own.
    Trees.delete(options.out());
    try {
      Training.run(options, line -> {});
    } catch (NetdissectException e) {
      throw new NetdissectException("training " + trainingName(subject) + ": " + e.getMessage(), e);
    }
  }

  private void dissect(Subject subject, ConceptDataset data) throws IOException {
    Path result = result(subject);
    Files.createDirectories(Objects.requireNonNull(result.getParent()));
    if (!Files.exists(result.resolve(ResultFolder.WORK))) {
      // What is neither finished nor can be gone on with is made anew: the folder is the study's.
      Trees.delete(result);
    }
    try (Network network = Network.open(model(subject))) {
      Dissector.Builder builder =
          Dissector.builder()
              .setNetwork(network)
              .setData(data)
              .setOut(result)
              .optLayers(subject.layers())
              .optBases(subject.bases().stream().map(Basis::parse).toList())
              .optIou(study.iou())
              .optProgress(progress);
      if (study.limit() > 0) {
        builder.optLimit(study.limit());
      }
      if (subject.preprocess() != null) {
        builder.optPreprocessing(Preprocessing.of(subject.preprocess()));
      }
      if (report != null) {
        builder.optThen(report);
      }
      builder.build().run();
    } catch (NetdissectException e) {
      throw new NetdissectException("dissecting " + subject.name() + ": " + e.getMessage(), e);
    }
  }

  /** The images that networks are probed on. */
  private ConceptDataset probed(ConceptDataset own) throws IOException {
    Path folder = Objects.requireNonNull(study.probing()).data();
    return folder == null ? own : Datasets.open(folder, DatasetOptions.defaults());
  }

  private void probe(Subject subject, Probe probe) throws IOException {
    try (Network network = Network.open(model(subject))) {
      Preprocessing preprocessing =
          subject.preprocess() == null
              ? network.usualPreprocessing()
              : Preprocessing.of(subject.preprocess());
      Dissection result = Dissection.open(result(subject));
      Probing.write(probe, network, preprocessing, result, probed(subject), progress);
    } catch (NetdissectException e) {
      throw new NetdissectException("probing " + subject.name() + ": " + e.getMessage(), e);
    }
  }

  /** What the training measured last on its validation images; null where nothing did. */
  private @Nullable Double accuracy(Subject subject) throws IOException {
    if (subject.training() == null) {
      return null;
    }
    Path table = training(subject).out().resolve("validation.csv");
    Double last = null;
    List<String> lines = Files.readAllLines(table);
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",");
      try {
        Integer at = subject.iteration();
        if (at == null || Integer.parseInt(cells[0]) <= at) {
          last = Double.valueOf(cells[1]);
        }
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        throw new DataException(table + ": not as the trainer writes it", e);
      }
    }
    return last;
  }
}
