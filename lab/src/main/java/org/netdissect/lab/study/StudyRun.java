package org.netdissect.lab.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.probes.Probe;
import org.netdissect.base.DataException;
import org.netdissect.base.NetdissectException;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.files.Trees;
import org.netdissect.base.files.WorkLock;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasOptions;
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
 * Runs a study: what is missing, in the right order. Where everything lies is told by {@link
 * StudyFolders}.
 */
public final class StudyRun {
  /** Networks that are fed from one decoding of the photographs. */
  private static final int TOGETHER = 8;

  /** Of a world's images; the others are textures. */
  private static final double WITH_SCENE = 0.8;

  /** Bytes of model files that are open at once, beyond the first. */
  private static final long MODELS = 1L << 29;

  private final Study study;
  private final Path out;
  private final StudyFolders folders;
  private final Dissector.@Nullable Step report;
  private final Progress progress;
  private final Consumer<String> say;
  private boolean curves;
  private Map<String, Estimates.Looked> looked = Map.of();
  private @Nullable ConceptDataset opened;
  private @Nullable Probe probe;
  private int aboutProbed;

  /** Threads of a dissection that is done apart from the others; 0 where none is. */
  private int apart;

  /**
   * What is to be done, or was.
   *
   * @param seconds about; 0 when it is done
   * @param bytes that it writes, about; 0 when it is done
   */
  public record Step(String name, boolean done, double seconds, double bytes) {}

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
    this.folders = new StudyFolders(study, out);
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

  /** The same, with each count drawn over thresholds or not; only the page depends on it. */
  public StudyRun withThresholdCurves(boolean drawn) {
    curves = drawn;
    return this;
  }

  /** Seconds as people say them. */
  public static String shown(double seconds) {
    return Estimates.shown(seconds);
  }

  // ---- the plan ----

  /**
   * A step: whether it is done, what it costs, and doing it.
   *
   * @param stage steps of one stage with different results can be done at once; null for one that
   *     is done here
   * @param result what it makes; null where {@code stage} is
   */
  private record Task(
      String name,
      Done done,
      Costing costing,
      Work work,
      @Nullable String stage,
      @Nullable Path result) {
    Task(String name, Done done, Costing costing, Work work) {
      this(name, done, costing, work, null, null);
    }

    interface Done {
      boolean is() throws IOException;
    }

    interface Costing {
      Estimates.Cost of(Estimates estimates, int images) throws IOException;
    }

    interface Work {
      void run() throws IOException;
    }
  }

  /** All steps in order. */
  private List<Task> tasks() throws IOException {
    List<Task> tasks = new ArrayList<>();
    Study.WorldBlock world = study.data().world();
    if (world != null) {
      tasks.add(
          new Task(
              "render " + world.images() + " images",
              () -> Files.exists(folders.data()),
              (estimates, images) -> estimates.rendering(world),
              () -> render(world)));
    }
    for (Subject subject : folders.trainings()) {
      TrainingOptions options = folders.training(subject);
      tasks.add(
          new Task(
              "train " + trainingName(subject),
              () -> StudyFolders.isTrained(options),
              (estimates, images) -> estimates.training(options, images),
              () -> train(subject)));
    }
    for (Subject subject : study.subjects()) {
      tasks.add(
          new Task(
              "dissect " + subject.name(),
              () -> StudyFolders.isDissected(folders.result(subject)),
              (estimates, images) -> dissection(estimates, subject, images),
              () -> dissect(subject),
              "dissecting",
              folders.result(subject)));
    }
    for (Subject subject : study.probing() == null ? List.<Subject>of() : study.subjects()) {
      tasks.add(
          new Task(
              "probe " + subject.name(),
              () -> Files.exists(folders.probed(subject)),
              (estimates, images) ->
                  estimates.probe(subject, looked.get(subject.name()), aboutProbed()),
              () -> probe(subject),
              "probing",
              folders.probed(subject)));
    }
    return tasks;
  }

  /**
   * What a run would do, in order; nothing is written.
   *
   * @throws IOException with one line that names file and line of what cannot be
   */
  public List<Step> plan() throws IOException {
    looked = StudyCheck.of(study, this::labelled, this::isMissing);
    List<Task> tasks = tasks();
    Estimates estimates = null;
    List<Step> steps = new ArrayList<>();
    for (Task task : tasks) {
      if (task.done().is()) {
        steps.add(new Step(task.name(), true, 0, 0));
        continue;
      }
      if (estimates == null) {
        say.accept("measuring how fast this machine is");
        estimates = Estimates.measured();
      }
      Estimates.Cost cost = task.costing().of(estimates, images());
      steps.add(new Step(task.name(), false, cost.seconds(), cost.bytes()));
    }
    return steps;
  }

  private boolean isMissing(Subject subject) throws IOException {
    return !StudyFolders.isDissected(folders.result(subject))
        || (study.probing() != null && !Files.exists(folders.probed(subject)));
  }

  /** Images that are dissected. */
  private int images() throws IOException {
    Study.WorldBlock world = study.data().world();
    int all = world != null ? world.images() : labelled().images().size();
    return study.limit() > 0 ? (int) Math.min(study.limit(), all) : all;
  }

  /** Images that networks are probed on, about: those that have a class. */
  private int aboutProbed() throws IOException {
    if (aboutProbed == 0) {
      Study.WorldBlock world = study.data().world();
      Path own = Objects.requireNonNull(study.probing()).data();
      aboutProbed =
          own == null && world != null && !Files.exists(folders.data())
              ? (int) (WITH_SCENE * world.images())
              : Probe.about(probedImages());
    }
    return aboutProbed;
  }

  private Estimates.Cost dissection(Estimates estimates, Subject subject, int images)
      throws IOException {
    Estimates.Reports reports = report == null ? null : this::reportBytes;
    int together =
        (int)
            study.subjects().stream()
                .filter(other -> subject.isFedAs(other))
                .limit(TOGETHER)
                .count();
    return estimates.dissection(subject, looked.get(subject.name()), images, together, reports);
  }

  /** About how large a report is; of a world that is to be rendered by the size of its images. */
  private double reportBytes(int units, int images) throws IOException {
    Study.WorldBlock world = study.data().world();
    if (world != null && !Files.exists(folders.data())) {
      return (double) images * world.size() * world.size();
    }
    return Objects.requireNonNull(report).estimate(labelled(), units, images);
  }

  private static String trainingName(Subject subject) {
    return subject.name().replaceFirst(" iteration=\\d+$", "");
  }

  // ---- doing it ----

  /**
   * Does what is missing and writes the page.
   *
   * @return the page and what it answers
   * @throws IOException with one line that names the step; what was done is kept
   */
  public Answers run() throws IOException {
    return run(null);
  }

  /**
   * Does what is missing and writes the page.
   *
   * @param engine does what networks do not need each other for; null for this process
   * @return the page and what it answers
   * @throws IOException with one line that names the step; what was done is kept
   */
  public Answers run(@Nullable StepEngine engine) throws IOException {
    for (Subject subject : folders.trainings()) {
      if (!StudyFolders.isTrained(folders.training(subject))) {
        Training.requireAvailable();
      }
    }
    List<Step> plan = plan();
    Files.createDirectories(out);
    try (WorkLock lock = WorkLock.take(out, out, progress)) {
      List<Task> tasks = tasks();
      long start = System.nanoTime();
      double estimated = 0;
      double left = plan.stream().mapToDouble(Step::seconds).sum();
      for (int t = 0; t < tasks.size(); t++) {
        // Asked anew: some steps are done together with others.
        if (!tasks.get(t).done().is()) {
          // As things went up to now they will go on.
          double took = (System.nanoTime() - start) / 1e9;
          double pace = estimated > PACED ? took / estimated : 1;
          say.accept(
              String.format(
                  Locale.ROOT,
                  "step %d of %d, about %s left: %s",
                  t + 1,
                  tasks.size(),
                  Estimates.shown(left * pace),
                  tasks.get(t).name()));
          if (engine == null || tasks.get(t).stage() == null) {
            tasks.get(t).work().run();
          } else {
            spread(tasks, Objects.requireNonNull(tasks.get(t).stage()), engine);
          }
        }
        estimated += plan.get(t).seconds();
        left -= plan.get(t).seconds();
      }
      folders.removeLeft();
      say.accept("writing the page");
      return new StudyPage(study, outcomes(), out, labelled(), curves).write();
    }
  }

  /** Has all steps of a stage done that are not; one of those that make the same. */
  private void spread(List<Task> tasks, String stage, StepEngine engine) throws IOException {
    Map<Path, String> left = new LinkedHashMap<>();
    for (Task task : tasks) {
      if (stage.equals(task.stage()) && !task.done().is()) {
        left.putIfAbsent(Objects.requireNonNull(task.result()), task.name());
      }
    }
    // Once for all, not once in each.
    Atlas.open(labelled(), AtlasOptions.defaults(), progress).close();
    try (Progress.Phase phase = progress.phase(stage, left.size(), "networks")) {
      engine.run(stage, List.copyOf(left.values()), phase);
      phase.done();
    }
  }

  /**
   * Does one step alone, for another process that runs the study and waits for it.
   *
   * @param name as {@link #plan} gives it
   * @param threads for it
   * @throws IOException with one line that names the step
   */
  public void step(String name, int threads) throws IOException {
    apart = threads;
    for (Task task : tasks()) {
      if (task.name().equals(name)) {
        if (!task.done().is()) {
          task.work().run();
        }
        return;
      }
    }
    throw new NetdissectException(
        "the study has no step '"
            + Text.oneLine(name)
            + "' here: another file under the same name, or another version of netdissect");
  }

  /** After so many estimated seconds the estimate is corrected by the time that was needed. */
  private static final double PACED = 10;

  private List<Outcome> outcomes() throws IOException {
    Map<Subject.Origin, Subject.Origin> origins = folders.origins();
    List<Outcome> outcomes = new ArrayList<>();
    for (Subject subject : study.subjects()) {
      outcomes.add(
          new Outcome(
              subject,
              StudyFolders.root(subject.origin(), origins),
              Dissection.open(folders.result(subject)),
              accuracy(subject),
              study.probing() == null ? null : Probing.read(folders.probed(subject))));
    }
    return outcomes;
  }

  private ConceptDataset labelled() throws IOException {
    if (opened == null) {
      opened = Datasets.open(folders.data(), DatasetOptions.defaults());
    }
    return opened;
  }

  private void render(Study.WorldBlock world) throws IOException {
    Path folder = folders.data();
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
    TrainingOptions options = folders.training(subject);
    // A training that was cut off begins again: its folder is the study's own.
    Trees.delete(options.out());
    try {
      Training.run(options, line -> {});
    } catch (NetdissectException e) {
      throw new NetdissectException("training " + trainingName(subject) + ": " + e.getMessage(), e);
    }
  }

  /** Dissects a subject, and with it those that can be fed from the same photographs. */
  private void dissect(Subject subject) throws IOException {
    List<Subject> subjects = new ArrayList<>();
    List<Network> networks = new ArrayList<>();
    Set<Path> results = new HashSet<>();
    try {
      long bytes = 0;
      for (Subject other : study.subjects()) {
        // The same network may stand in several groups; its result is one.
        if (subjects.size() == TOGETHER
            || !isTogether(subject, other)
            || results.contains(folders.result(other))) {
          continue;
        }
        bytes += subjects.isEmpty() ? 0 : Files.size(folders.model(other));
        Network network = Network.open(folders.model(other));
        networks.add(network);
        Network first = networks.get(0);
        if (bytes > MODELS
            || network.inputHeight() != first.inputHeight()
            || network.inputWidth() != first.inputWidth()) {
          networks.remove(network);
          network.close();
        } else {
          subjects.add(other);
          results.add(folders.result(other));
        }
      }
      dissect(subjects, networks);
    } catch (NetdissectException e) {
      String others = subjects.size() > 1 ? " and " + (subjects.size() - 1) + " more" : "";
      throw new NetdissectException(
          "dissecting " + subject.name() + others + ": " + e.getMessage(), e);
    } finally {
      networks.forEach(Network::close);
    }
  }

  private boolean isTogether(Subject subject, Subject other) throws IOException {
    return subject.name().equals(other.name()) || (apart == 0 && alike(subject, other));
  }

  /** Whether both are to be dissected, and in the same way. */
  private boolean alike(Subject subject, Subject other) throws IOException {
    // Subjects come in order: what stands before is done.
    return study.subjects().indexOf(other) > study.subjects().indexOf(subject)
        && subject.isFedAs(other)
        && !Files.exists(folders.result(other));
  }

  private void dissect(List<Subject> subjects, List<Network> networks) throws IOException {
    Subject subject = subjects.get(0);
    Path own = folders.result(subject);
    Files.createDirectories(Objects.requireNonNull(own.getParent()));
    boolean begun = Files.exists(own.resolve(ResultFolder.WORK));
    if (!begun) {
      // What is neither finished nor can be gone on with is made anew: the folder is the study's.
      Trees.delete(own);
    }
    boolean single = begun || subjects.size() == 1;
    Path to = single ? own : folders.together(subjects);
    Dissector.Builder builder =
        Dissector.builder()
            .setNetworks(single ? networks.subList(0, 1) : networks)
            .setData(labelled())
            .setOut(to)
            .optLayers(subject.layers())
            .optBases(subject.bases().stream().map(Basis::parse).toList())
            .optIou(study.iou())
            .optProgress(progress);
    if (study.limit() > 0) {
      builder.optLimit(study.limit());
    }
    if (apart > 0) {
      builder.optWorkers(apart);
    }
    if (subject.preprocess() != null) {
      builder.optPreprocessing(Preprocessing.of(subject.preprocess()));
    }
    if (report != null) {
      builder.optThen(report);
    }
    List<Dissection> dissections = builder.build().runAll();
    if (!single) {
      for (int i = 0; i < subjects.size(); i++) {
        Files.move(dissections.get(i).folder(), folders.result(subjects.get(i)));
      }
      Trees.delete(to);
    }
  }

  /** The images that networks are probed on. */
  private ConceptDataset probedImages() throws IOException {
    Path folder = Objects.requireNonNull(study.probing()).data();
    return folder == null ? labelled() : Datasets.open(folder, DatasetOptions.defaults());
  }

  private void probe(Subject subject) throws IOException {
    Probing probing = Objects.requireNonNull(study.probing());
    if (probe == null) {
      probe = probing.on(probedImages(), progress);
    }
    try (Network network = Network.open(folders.model(subject))) {
      Preprocessing preprocessing =
          subject.preprocess() == null
              ? network.usualPreprocessing()
              : Preprocessing.of(subject.preprocess());
      Dissection result = Dissection.open(folders.result(subject));
      Probing.write(probe, network, preprocessing, result, folders.probed(subject), progress);
    } catch (NetdissectException e) {
      throw new NetdissectException("probing " + subject.name() + ": " + e.getMessage(), e);
    }
  }

  /** What the training measured last on its validation images; null where nothing did. */
  private @Nullable Double accuracy(Subject subject) throws IOException {
    if (subject.training() == null) {
      return null;
    }
    Path table = folders.training(subject).out().resolve("validation.csv");
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
