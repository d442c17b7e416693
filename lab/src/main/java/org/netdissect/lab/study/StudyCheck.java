package org.netdissect.lab.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.probes.Probe;
import org.netdissect.base.NetdissectException;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.Datasets;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.dissection.activations.basis.Basis;
import org.netdissect.lab.train.TrainingOptions;
import org.netdissect.lab.train.Untrained;
import org.netdissect.lab.world.WorldFolder;
import org.netdissect.networks.Layer;
import org.netdissect.networks.Network;

/**
 * What can be known of a study before anything of it runs, so that nothing fails after hours: data,
 * networks, their layers, files of bases, and what questions ask of them. Each model file is opened
 * once; of networks that are trained first an untrained one is.
 */
final class StudyCheck {
  private final Study study;

  /** Whether it is wanted how long a subject's network takes for a picture. */
  private final Timed timed;

  private final Map<String, Estimates.Looked> byFile = new HashMap<>();
  private final Map<String, List<Layer>> layers = new HashMap<>();
  private final Map<String, Estimates.Looked> looked = new HashMap<>();

  private final Set<String> trainedOn = new HashSet<>();

  /** The study's data set, or that of a folder. */
  private final Labelled labelled;

  interface Timed {
    boolean is(Subject subject) throws IOException;
  }

  interface Labelled {
    ConceptDataset open() throws IOException;
  }

  private StudyCheck(Study study, Labelled labelled, Timed timed) {
    this.study = study;
    this.labelled = labelled;
    this.timed = timed;
  }

  /**
   * Checks a study.
   *
   * @param labelled its data set, where that is a folder
   * @param timed whether it is wanted how long a network takes for a picture
   * @return what was seen of each model file that is to be timed, by subject
   * @throws NetdissectException that names file and line
   */
  static Map<String, Estimates.Looked> of(Study study, Labelled labelled, Timed timed)
      throws IOException {
    StudyCheck check = new StudyCheck(study, labelled, timed);
    check.data();
    for (Subject subject : study.subjects()) {
      check.subject(subject);
    }
    Set<String> categories = check.categories();
    for (Question question : study.questions()) {
      check.layers(question);
      if (!question.measure().category().isEmpty()
          && !categories.contains(question.measure().category())) {
        throw question
            .at()
            .wrong(
                "the data have no category "
                    + Yaml.named(question.measure().category(), categories));
      }
    }
    return check.looked;
  }

  /** The study's data, and those that its networks are probed on. */
  private void data() throws IOException {
    Path folder = study.data().folder();
    if (folder != null) {
      said(study.data().at(), labelled::open);
    }
    Probing probing = study.probing();
    if (probing != null && (folder != null || probing.data() != null)) {
      said(
          probing.at(),
          () ->
              Probe.checkClasses(
                  probing.data() == null
                      ? labelled.open()
                      : Datasets.open(probing.data(), DatasetOptions.defaults())));
    }
  }

  /** What may fail. */
  private interface Check {
    void run() throws IOException;
  }

  /** Has a failure said with the place in the study's file that it comes from. */
  private static void said(@Nullable Place at, Check check) throws IOException {
    try {
      check.run();
    } catch (NetdissectException e) {
      throw Objects.requireNonNull(at).wrong(String.valueOf(e.getMessage()), e);
    }
  }

  private void subject(Subject subject) throws IOException {
    List<Basis> bases = subject.bases().stream().map(Basis::parse).toList();
    for (Basis basis : bases) {
      said(subject.looks().basesAt(), basis::check);
    }
    Path model = subject.model();
    if (model == null) {
      trained(subject, Objects.requireNonNull(subject.training()));
    } else {
      given(subject, model);
    }
    List<Layer> own = Objects.requireNonNull(layers.get(subject.name()));
    for (Basis basis : bases) {
      said(subject.looks().basesAt(), () -> basis.checkSuitsOneOf(own));
    }
  }

  private void given(Subject subject, Path model) throws IOException {
    boolean time = timed.is(subject);
    String key = model + "\n" + subject.layers() + "\n" + time;
    if (!layers.containsKey(key)) {
      try (Network network = open(model, subject)) {
        List<Layer> own = layers(subject, network);
        layers.put(key, own);
        if (time) {
          byFile.put(key, Estimates.look(network, own));
        }
      }
    }
    layers.put(subject.name(), Objects.requireNonNull(layers.get(key)));
    Estimates.Looked seen = byFile.get(key);
    if (seen != null) {
      looked.put(subject.name(), seen);
    }
  }

  private void trained(Subject subject, TrainingOptions options) throws IOException {
    String key =
        String.join(
            "\n",
            options.task().lowerCase(),
            options.architecture().typed(),
            options.shape().toString(),
            options.head().typed(),
            Double.toString(options.dropout()),
            Integer.toString(options.size()),
            options.freeze().toString(),
            subject.layers().toString());
    if (!layers.containsKey(key)) {
      Path file = Files.createTempFile("netdissect-untrained", ".onnx");
      try {
        Files.write(file, untrained(subject, options));
        try (Network network = open(file, subject)) {
          layers.put(key, layers(subject, network));
        }
      } finally {
        Files.delete(file);
      }
    }
    layers.put(subject.name(), Objects.requireNonNull(layers.get(key)));
    trainable(subject, options);
  }

  /** The images must be such as the task needs, and enough for a batch. */
  private void trainable(Subject subject, TrainingOptions options) throws IOException {
    if (!options.data().equals(StudyReader.UNSET)
        && trainedOn.add(
            options.task().lowerCase() + " " + options.batch() + " " + options.data())) {
      said(subject.looks().at(), () -> Untrained.checkData(options));
    }
    Study.WorldBlock world = study.data().world();
    if (world != null
        && options.data().equals(StudyReader.UNSET)
        && world.images() <= options.batch()) {
      throw subject
          .looks()
          .at()
          .wrong("a batch of " + options.batch() + " images from a world of " + world.images());
    }
  }

  private static byte[] untrained(Subject subject, TrainingOptions options) throws IOException {
    try {
      return Untrained.model(options);
    } catch (NetdissectException e) {
      throw subject.looks().at().wrong(String.valueOf(e.getMessage()), e);
    }
  }

  private static Network open(Path model, Subject subject) throws IOException {
    try {
      return Network.open(model);
    } catch (NetdissectException e) {
      throw subject.looks().at().wrong(String.valueOf(e.getMessage()), e);
    }
  }

  /** The layers that a subject names. */
  private static List<Layer> layers(Subject subject, Network network) throws IOException {
    if (subject.layers().isEmpty()) {
      return List.of(network.defaultLayer());
    }
    List<Layer> layers = new ArrayList<>();
    for (String name : subject.layers()) {
      try {
        layers.addAll(network.resolve(name));
      } catch (NetdissectException e) {
        throw subject
            .looks()
            .layersAt()
            .wrong(
                subject.model() != null
                    ? String.valueOf(e.getMessage())
                    : String.valueOf(e.getMessage()).replaceFirst("^.*?\\.onnx: ", ""),
                e);
      }
    }
    return layers;
  }

  /** A question's layers must be among those that are dissected. */
  private void layers(Question question) throws IOException {
    Set<String> names = new LinkedHashSet<>();
    for (Subject subject : study.subjects()) {
      if (question.asks(subject)) {
        Objects.requireNonNull(layers.get(subject.name())).forEach(l -> names.add(l.name()));
      }
    }
    List<String> wanted = new ArrayList<>();
    if (question.layer() != null) {
      wanted.add(question.layer());
    }
    if (question.by().equals("layer")
        && question.expected() instanceof Question.Expectation.Order order) {
      wanted.addAll(order.values());
    }
    for (String layer : wanted) {
      if (!names.contains(layer)) {
        throw question
            .at()
            .wrong("no network that takes part is dissected at layer " + Yaml.named(layer, names));
      }
    }
  }

  /** Of the data; of a world that is not rendered yet those that all worlds have. */
  private Set<String> categories() throws IOException {
    Path folder = study.data().folder();
    Set<String> names = new TreeSet<>();
    if (folder == null) {
      names.addAll(WorldFolder.CATEGORIES);
    } else if (study.questions().stream().anyMatch(q -> !q.measure().category().isEmpty())) {
      labelled.open().vocabulary().categories().forEach(category -> names.add(category.name()));
    }
    return names;
  }
}
