package org.netdissect.lab.study;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netdissect.analysis.probes.Pool;
import org.netdissect.analysis.probes.ProbeOptions;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.dissection.Dissector;
import org.netdissect.dissection.activations.basis.Basis;
import org.netdissect.lab.train.Architecture;
import org.netdissect.lab.train.Task;
import org.netdissect.lab.train.TrainingOptions;
import org.netdissect.networks.Preprocessing;

/** Reads a {@link Study} from its file; paths are relative to the file's folder. */
final class StudyReader {
  private static final int MOST_NETWORKS = 2000;

  /** Keys of a training of which a list is a grid of several trainings. */
  private static final Set<String> GRID =
      new LinkedHashSet<>(
          List.of(
              "task",
              "arch",
              "iterations",
              "batch",
              "seed",
              "size",
              "width",
              "depth",
              "head",
              "dropout",
              "batch-norm",
              "rate",
              "flip"));

  private static final Set<String> TRAIN = trainKeys();

  private final Path file;
  private final Path folder;
  private Study.Data data = new Study.Data(null, null, null);

  /** Of networks that name none of their own. */
  private @Nullable Yaml bases;

  private static Set<String> trainKeys() {
    Set<String> keys = new LinkedHashSet<>(GRID);
    keys.addAll(List.of("data", "init", "freeze", "checkpoints", "threads"));
    return keys;
  }

  StudyReader(Path file) {
    this.file = file;
    this.folder = Objects.requireNonNull(file.toAbsolutePath().normalize().getParent());
  }

  Study read() throws IOException {
    Map<String, Yaml> root =
        Yaml.read(file)
            .map(
                new LinkedHashSet<>(
                    List.of(
                        "study",
                        "data",
                        "limit",
                        "networks",
                        "bases",
                        "questions",
                        "iou",
                        "probe",
                        "reports")));
    Yaml title = root.get("study");
    data = data(required(root, "data"));
    bases = root.get("bases");
    bases(bases); // also where all networks have their own
    List<Subject> subjects = subjects(required(root, "networks"));
    Yaml probe = root.get("probe");
    Probing probing = probe == null ? null : probing(probe);
    Yaml limit = root.get("limit");
    Yaml iou = root.get("iou");
    Yaml reports = root.get("reports");
    return new Study(
        title == null ? name(file) : title.text(),
        data,
        limit == null ? 0 : limit.whole(1, Integer.MAX_VALUE),
        subjects,
        new QuestionReader(subjects, probing != null).read(required(root, "questions")),
        iou == null ? Dissector.DEFAULT_IOU : iou.number(0, 0.999),
        probing,
        reports == null || reports.yes());
  }

  private static String name(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.replaceFirst("\\.ya?ml$", "");
  }

  private Yaml required(Map<String, Yaml> map, String key) throws DataException {
    Yaml value = map.get(key);
    if (value == null) {
      throw new Place(file, 1, "").wrong("there is no key \"" + key + "\"");
    }
    return value;
  }

  private Study.Data data(Yaml at) throws IOException {
    if (!at.isMap()) {
      return new Study.Data(folder(at), null, at.place());
    }
    Map<String, Yaml> map = at.map(Set.of("world"));
    Yaml block = map.get("world");
    if (block == null) {
      throw at.wrong("is a folder, or a block \"world\"");
    }
    Map<String, Yaml> world = block.map(new LinkedHashSet<>(List.of("images", "size", "seed")));
    Yaml images = world.get("images");
    Yaml size = world.get("size");
    Yaml seed = world.get("seed");
    int side = size == null ? 112 : (int) size.whole(32, 1024);
    if (side % 2 != 0) {
      throw Objects.requireNonNull(size).wrong("an even number is wanted");
    }
    return new Study.Data(
        null,
        new Study.WorldBlock(
            seed == null ? 1 : seed.whole(Long.MIN_VALUE / 2, Long.MAX_VALUE / 2),
            side,
            images == null ? 2000 : (int) images.whole(50, 1_000_000)),
        at.place());
  }

  /** Data and models lie in folders. */
  private static void requireNoAddress(Yaml at) throws DataException {
    if (at.text().matches("[A-Za-z][A-Za-z0-9+.-]+://.*")) {
      throw at.wrong(
          Text.quoted(at.text()) + " is an address; a study reads folders: mount what it leads to");
    }
  }

  private Path folder(Yaml at) throws DataException {
    requireNoAddress(at);
    Path path = at.as(text -> folder.resolve(text));
    if (!Files.isDirectory(path)) {
      throw at.wrong(Text.quoted(at.text()) + " is no folder");
    }
    return path;
  }

  private @Nullable Probing probing(Yaml at) throws DataException {
    if (!at.isMap()) {
      return at.yes()
          ? new Probing(null, Pool.AVG, ProbeOptions.COST, 5, 0.7, 1, at.place())
          : null;
    }
    Map<String, Yaml> keys =
        at.map(new LinkedHashSet<>(List.of("data", "pool", "cost", "splits", "trained", "seed")));
    Yaml from = keys.get("data");
    return new Probing(
        from == null ? null : folder(from),
        as(keys.get("pool"), Pool::of, Pool.AVG),
        number(keys.get("cost"), 1e-9, 1e9, ProbeOptions.COST),
        (int) whole(keys.get("splits"), 1, 1000, 5),
        number(keys.get("trained"), 0.01, 0.99, 0.7),
        whole(keys.get("seed"), Long.MIN_VALUE / 2, Long.MAX_VALUE / 2, 1),
        (from == null ? at : from).place());
  }

  /** Bases as {@code run --basis} takes them, with files relative to the study's own folder. */
  private List<String> bases(@Nullable Yaml at) throws DataException {
    if (at == null) {
      return List.of();
    }
    at.texts(); // each once
    List<String> specs = new ArrayList<>();
    for (Yaml basis : at.list()) {
      specs.add(basis.as(text -> Basis.parse(text).relativeTo(folder).toString()));
    }
    return specs;
  }

  // ---- networks ----

  private List<Subject> subjects(Yaml at) throws IOException {
    Map<String, Yaml> groups = at.map(Set.of());
    Map<String, String> inits = new LinkedHashMap<>();
    Map<String, List<Subject>> done = new LinkedHashMap<>();
    for (Map.Entry<String, Yaml> group : groups.entrySet()) {
      done.put(group.getKey(), subjects(group.getKey(), group.getValue(), inits));
    }
    List<Subject> all = new ArrayList<>();
    for (String group : groups.keySet()) {
      checkNoCycle(group, groups, inits);
      for (Subject subject : Objects.requireNonNull(done.get(group))) {
        String from = inits.get(group);
        all.add(from == null ? subject : started(subject, from, groups, done));
      }
    }
    Set<String> names = new HashSet<>();
    for (Subject subject : all) {
      if (!names.add(subject.name())) {
        throw Objects.requireNonNull(groups.get(subject.group()))
            .wrong("two networks would be called " + Text.quoted(subject.name()));
      }
    }
    if (all.size() > MOST_NETWORKS) {
      throw at.wrong(all.size() + " networks; " + MOST_NETWORKS + " at most");
    }
    return all;
  }

  private void checkNoCycle(String group, Map<String, Yaml> groups, Map<String, String> inits)
      throws DataException {
    Set<String> seen = new LinkedHashSet<>();
    for (String at = group; at != null; at = inits.get(at)) {
      if (!groups.containsKey(at)) {
        throw Objects.requireNonNull(groups.get(group))
            .wrong("init names no networks: " + Yaml.named(at, groups.keySet()));
      }
      if (!seen.add(at)) {
        throw Objects.requireNonNull(groups.get(group))
            .wrong(
                "init goes in a circle: "
                    + Text.oneLine(String.join(" → ", seen))
                    + " → "
                    + Text.oneLine(at));
      }
    }
  }

  /** The subject with the network of the other group that its training starts from. */
  private Subject started(
      Subject subject, String from, Map<String, Yaml> groups, Map<String, List<Subject>> done)
      throws DataException {
    List<Subject> candidates =
        Objects.requireNonNull(done.get(from)).stream()
            .filter(other -> other.iteration() == null)
            .toList();
    if (candidates.size() > 1) {
      candidates =
          candidates.stream()
              .filter(
                  other ->
                      Objects.equals(other.factors().get("seed"), subject.factors().get("seed")))
              .toList();
    }
    if (candidates.size() != 1) {
      throw Objects.requireNonNull(groups.get(subject.group()))
          .wrong(
              "init "
                  + Text.quoted(from)
                  + " fits "
                  + candidates.size()
                  + " networks for "
                  + Text.oneLine(subject.name())
                  + "; the groups must have one network, or the same seeds");
    }
    return new Subject(
        subject.name(),
        subject.group(),
        subject.factors(),
        subject.model(),
        subject.training(),
        subject.iteration(),
        candidates.get(0).name(),
        new Subject.Origin(subject.origin().condition() + " from " + from, subject.origin().seed()),
        subject.looks());
  }

  /** A name, or a file relative to the study's own folder. */
  private String preprocessing(String text) throws IOException {
    if (Preprocessing.names().contains(text)) {
      return text;
    }
    Path file = folder.resolve(text);
    if (!Files.exists(file)) {
      throw new DataException(
          "no preprocessing and no file " + Yaml.named(text, Preprocessing.names()));
    }
    Preprocessing.of(file.toString());
    return file.toString();
  }

  private List<Subject> subjects(String group, Yaml at, Map<String, String> inits)
      throws IOException {
    Map<String, Yaml> map =
        at.map(
            new LinkedHashSet<>(
                List.of("models", "number", "train", "layers", "bases", "preprocess")));
    Yaml models = map.get("models");
    Yaml train = map.get("train");
    if ((models == null) == (train == null)) {
      throw at.wrong("either \"models\" or \"train\" is wanted");
    }
    Yaml number = map.get("number");
    if (number != null && (models == null || !NUMBERS.contains(number.text()))) {
      throw number.wrong("beside \"models\" only, and " + String.join(" or ", NUMBERS));
    }
    Yaml layers = map.get("layers");
    Yaml preprocess = map.get("preprocess");
    Yaml turned = map.getOrDefault("bases", bases);
    Place place = Objects.requireNonNullElse(models, train == null ? at : train).place();
    Subject.Looks looks =
        new Subject.Looks(
            place,
            layers == null ? place : layers.place(),
            layers == null ? List.of() : layers.texts(),
            bases(turned),
            turned == null ? place : turned.place(),
            preprocess == null ? null : preprocess.as(this::preprocessing));
    return models != null
        ? given(group, models, number == null ? NUMBERS.get(0) : number.text(), looks)
        : trained(group, Objects.requireNonNull(train), looks, inits);
  }

  /** The last number of a file's name. */
  private static final Pattern NUMBER = Pattern.compile("(\\d{1,9})(?=\\D*\\.onnx$)");

  /** What that number may be. */
  private static final List<String> NUMBERS = List.of("iteration", "seed");

  private List<Subject> given(String group, Yaml models, String number, Subject.Looks looks)
      throws IOException {
    Set<Path> files = new LinkedHashSet<>();
    for (Yaml model : models.list()) {
      requireNoAddress(model);
      List<Path> found = ModelFiles.of(model, folder);
      if (found.isEmpty()) {
        throw model.wrong(
            Text.quoted(model.text()) + " finds no file in " + Text.oneLine(folder.toString()));
      }
      for (Path one : found) {
        if (!files.add(one)) {
          throw model.wrong(
              Text.quoted(model.text())
                  + " finds "
                  + Text.oneLine(one.toString())
                  + ", which is there already");
        }
      }
    }
    List<Subject> subjects = new ArrayList<>();
    for (Path model : files) {
      Map<String, String> factors = new TreeMap<>(Map.of("network", group));
      String file = String.valueOf(model.getFileName());
      Matcher found = NUMBER.matcher(file);
      String condition = model.toString();
      String seed = "";
      if (files.size() > 1 && found.find()) {
        String value = Long.toString(Long.parseLong(found.group(1)));
        factors.put(number, value);
        condition = model.resolveSibling(found.replaceFirst("#")).toString();
        seed = number.equals("seed") ? value : "";
      }
      String name = files.size() == 1 ? group : group + " " + folder.relativize(model);
      subjects.add(
          new Subject(
              name,
              group,
              factors,
              model,
              null,
              null,
              null,
              new Subject.Origin(condition, seed),
              looks));
    }
    return subjects;
  }

  private List<Subject> trained(
      String group, Yaml train, Subject.Looks looks, Map<String, String> inits) throws IOException {
    Map<String, Yaml> keys = train.map(TRAIN);
    Yaml init = keys.get("init");
    if (init != null) {
      inits.put(group, init.text());
    }
    Yaml checkpoints = keys.get("checkpoints");
    List<Integer> at = new ArrayList<>();
    if (checkpoints != null) {
      for (Yaml one : checkpoints.list()) {
        at.add((int) one.whole(0, Integer.MAX_VALUE));
      }
    }
    List<Map<String, Yaml>> grid = new ArrayList<>(List.of(Map.of()));
    List<String> varying = new ArrayList<>();
    for (String key : GRID) {
      Yaml value = keys.get(key);
      if (value == null) {
        continue;
      }
      value.texts(); // each once
      if (value.list().size() > 1) {
        varying.add(key);
      }
      if ((long) grid.size() * value.list().size() * Math.max(1, at.size()) > MOST_NETWORKS) {
        throw train.wrong("the grid has more than " + MOST_NETWORKS + " networks");
      }
      List<Map<String, Yaml>> wider = new ArrayList<>();
      for (Map<String, Yaml> point : grid) {
        for (Yaml one : value.list()) {
          Map<String, Yaml> next = new HashMap<>(point);
          next.put(key, one);
          wider.add(next);
        }
      }
      grid = wider;
    }
    List<Subject> subjects = new ArrayList<>();
    for (Map<String, Yaml> point : grid) {
      TrainingOptions options = options(train, keys, point, at);
      Map<String, String> factors = factors(group, options);
      StringBuilder name = new StringBuilder(group);
      for (String key : varying) {
        name.append(' ').append(key).append('=').append(factors.get(key));
      }
      if (at.isEmpty()) {
        subjects.add(
            new Subject(
                name.toString(),
                group,
                factors,
                null,
                options,
                null,
                null,
                origin(options),
                looks));
      }
      for (int iteration : at) {
        Map<String, String> then = new TreeMap<>(factors);
        then.put("iteration", Integer.toString(iteration));
        subjects.add(
            new Subject(
                name + " iteration=" + iteration,
                group,
                then,
                null,
                options,
                iteration == options.iterations() ? null : iteration,
                null,
                origin(options),
                looks));
      }
    }
    return subjects;
  }

  private static Subject.Origin origin(TrainingOptions options) {
    return new Subject.Origin(options.condition(), Long.toString(options.seed()));
  }

  private static Map<String, String> factors(String group, TrainingOptions options) {
    Map<String, String> factors = new TreeMap<>();
    factors.put("network", group);
    factors.put("task", options.task().lowerCase());
    factors.put("arch", options.architecture().typed());
    factors.put("iterations", Integer.toString(options.iterations()));
    factors.put("batch", Integer.toString(options.batch()));
    factors.put("seed", Long.toString(options.seed()));
    factors.put("size", Integer.toString(options.size()));
    factors.put("width", Integer.toString(options.shape().width()));
    factors.put("depth", Integer.toString(options.shape().depth()));
    factors.put("head", options.head().typed());
    factors.put("dropout", Double.toString(options.dropout()));
    factors.put("batch-norm", Boolean.toString(options.shape().batchNorm()));
    factors.put("rate", Double.toString(options.rate()));
    factors.put("flip", Boolean.toString(options.flip()));
    return factors;
  }

  /** The options of a point of the grid; data and out folder are filled in when it is trained. */
  private TrainingOptions options(
      Yaml train, Map<String, Yaml> keys, Map<String, Yaml> point, List<Integer> checkpoints)
      throws IOException {
    Yaml own = keys.get("data");
    Path from = own != null ? folder(own) : data.folder() != null ? data.folder() : UNSET;
    Architecture architecture = as(point.get("arch"), Architecture::of, Architecture.ALEXNET_SMALL);
    Architecture.Head head = as(point.get("head"), Architecture.Head::of, Architecture.Head.GAP);
    double usualDropout = head == Architecture.Head.FC ? 0.5 : 0;
    Yaml freeze = keys.get("freeze");
    try {
      return new TrainingOptions(
          from,
          UNSET,
          as(point.get("task"), Task::of, Task.SCENE),
          (int) whole(point.get("iterations"), 1, 100_000_000, 3000),
          (int) whole(point.get("batch"), 2, 100_000, 64),
          whole(point.get("seed"), Long.MIN_VALUE / 2, Long.MAX_VALUE / 2, 1),
          (int)
              whole(point.get("size"), 32, 1024, data.world() == null ? 112 : data.world().size()),
          architecture,
          new Architecture.Shape(
              (int) whole(point.get("width"), 8, 512, 24),
              (int) whole(point.get("depth"), 1, 100, architecture.usualDepth()),
              yes(point.get("batch-norm"))),
          head,
          number(point.get("dropout"), 0, 0.99, usualDropout),
          number(point.get("rate"), 1e-9, 1, 0.002),
          null,
          freeze == null ? List.of() : freeze.texts(),
          checkpoints,
          yes(point.get("flip")),
          (int) whole(keys.get("threads"), 1, 1024, Runtime.getRuntime().availableProcessors()));
    } catch (IllegalArgumentException e) {
      throw train.wrong(String.valueOf(e.getMessage()));
    }
  }

  /** Stands for a folder that is known when the step is done. */
  static final Path UNSET = Path.of("");

  private static <T> T as(@Nullable Yaml value, Yaml.Reader<T> reader, T otherwise)
      throws DataException {
    return value == null ? otherwise : value.as(reader);
  }

  private static long whole(@Nullable Yaml value, long least, long most, long otherwise)
      throws DataException {
    return value == null ? otherwise : value.whole(least, most);
  }

  private static double number(@Nullable Yaml value, double least, double most, double otherwise)
      throws DataException {
    return value == null ? otherwise : value.number(least, most);
  }

  private static boolean yes(@Nullable Yaml value) throws DataException {
    return value == null || value.yes();
  }
}
