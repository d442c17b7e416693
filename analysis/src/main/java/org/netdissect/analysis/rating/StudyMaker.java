package org.netdissect.analysis.rating;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.netdissect.results.ConceptInfo;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.UnitScore;

/** Draws the units and the phrases of a study. The same seed gives the same study. */
public final class StudyMaker {
  /** One question in this many is a check, and one asks again what was asked before. */
  private static final int ONE_IN = 10;

  private static final int FEWEST = 2;

  /** How many other questions lie between a phrase and its repetition, where there are so many. */
  private static final int APART = 8;

  private final Dissection dissection;
  private final List<LayerDissection> layers;
  private final @Nullable SecondSource second;
  private final StudyOptions options;
  private final Consumer<String> warn;
  private final SplittableRandom draws;
  private final List<Study.RatedUnit> units = new ArrayList<>();
  private final List<Question> questions = new ArrayList<>();

  private StudyMaker(
      Dissection dissection,
      List<LayerDissection> layers,
      @Nullable SecondSource second,
      StudyOptions options,
      Consumer<String> warn) {
    this.dissection = dissection;
    this.layers = layers;
    this.second = second;
    this.options = options;
    this.warn = warn;
    draws = new SplittableRandom(options.seed());
  }

  /**
   * The layers that a study is of.
   *
   * @param named by name or folder; empty for all that are no views of others
   * @param warn is told how many views are left out
   */
  public static List<LayerDissection> layers(
      Dissection dissection, List<String> named, Consumer<String> warn) throws DissectionException {
    if (named.isEmpty()) {
      List<LayerDissection> own =
          dissection.layers().stream().filter(one -> one.layer().basis() == null).toList();
      int views = dissection.layers().size() - own.size();
      if (views > 0) {
        warn.accept(
            "left out "
                + views
                + (views == 1 ? " view" : " views")
                + " of layers: name them with --layers to ask about their directions");
      }
      return own;
    }
    List<LayerDissection> chosen = new ArrayList<>();
    for (String name : new LinkedHashSet<>(named)) {
      chosen.add(
          dissection.layers().stream()
              .filter(one -> one.layer().name().equals(name) || one.layer().folder().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new DissectionException(
                          dissection.folder()
                              + " has no layer "
                              + name
                              + "; its layers are "
                              + String.join(
                                  ", ",
                                  dissection.layers().stream()
                                      .map(one -> one.layer().name())
                                      .toList()))));
    }
    return chosen;
  }

  /**
   * Plans a study.
   *
   * @param second phrases from elsewhere for the same layers; null if there are none
   * @param warn is told what was left out
   * @throws DissectionException if the result has no masks, or nothing is left to ask
   */
  public static Study make(
      Dissection dissection,
      List<LayerDissection> layers,
      @Nullable SecondSource second,
      StudyOptions options,
      Consumer<String> warn)
      throws IOException {
    if (second != null && options.firstGroup() == options.raters()) {
      throw new IllegalArgumentException(
          "a second source needs raters of a second group: at least 2 raters, of whom the first"
              + " group are fewer");
    }
    return new StudyMaker(dissection, layers, second, options, warn).make();
  }

  private Study make() throws IOException {
    for (int l = 0; l < layers.size(); l++) {
      askOf(l, draws.split());
    }
    if (questions.isEmpty()) {
      throw new DissectionException(
          dissection.folder() + " has no unit with a label: there is nothing to ask");
    }
    SplittableRandom more = draws.split();
    List<Question> asked = List.copyOf(questions);
    int extra = Math.max(FEWEST, asked.size() / ONE_IN);
    List<Question> repeated = new ArrayList<>(asked);
    shuffle(repeated, more);
    for (Question first : repeated.subList(0, Math.min(extra, repeated.size()))) {
      add(
          first.layer(),
          first.unit(),
          first.phrase(),
          Question.Kind.REPEAT,
          false,
          false,
          first.id());
    }
    for (int i = 0; i < extra; i++) {
      Question like = asked.get(more.nextInt(asked.size()));
      boolean yes = i % 2 == 0;
      add(
          like.layer(),
          like.unit(),
          "a check that you read this: please answer " + (yes ? "Yes" : "No"),
          yes ? Question.Kind.CHECK_YES : Question.Kind.CHECK_NO,
          false,
          false,
          null);
    }
    String network = dissection.info().network().file();
    return new Study(
        Study.FORMAT,
        dissection.info().tool(),
        network == null ? "recorded activations" : network,
        dissection.info().rules().iou(),
        options.images(),
        options.raters(),
        options.firstGroup(),
        second != null,
        layers.stream().map(one -> one.layer().name()).toList(),
        units,
        numbered(more));
  }

  /** Names the questions anew in a random order, so that their names tell nothing. */
  private List<Question> numbered(SplittableRandom random) {
    List<Question> order = new ArrayList<>(questions);
    shuffle(order, random);
    Map<String, String> names = new HashMap<>();
    for (int i = 0; i < order.size(); i++) {
      names.put(order.get(i).id(), "q" + (i + 1));
    }
    List<Question> named = new ArrayList<>();
    for (Question q : order) {
      String again = q.again();
      named.add(
          new Question(
              Objects.requireNonNull(names.get(q.id())),
              q.layer(),
              q.unit(),
              q.phrase(),
              q.kind(),
              q.ours(),
              q.truth(),
              again == null ? null : names.get(again)));
    }
    return named;
  }

  private void askOf(int l, SplittableRandom random) throws IOException {
    LayerDissection layer = layers.get(l);
    if (!layer.hasMaps()) {
      throw new DissectionException(
          "layer "
              + layer.layer().name()
              + " of "
              + dissection.folder()
              + " has no activation maps, so what a unit lights cannot be shown; dissect with"
              + " --maps shown or all");
    }
    Set<Integer> dark = new HashSet<>(layer.result().inactive());
    dark.addAll(layer.result().emptyMasks());
    List<UnitScore> able = new ArrayList<>();
    int unlabelled = 0;
    int unknown = 0;
    for (UnitScore unit : layer.units()) {
      if (second != null && second.of(l, unit.unit()) == null) {
        unknown++;
      } else if (dark.contains(unit.unit()) || unit.label().label().isBlank()) {
        unlabelled++;
      } else {
        able.add(unit);
      }
    }
    tell(layer, unlabelled, "that light nothing or have no label");
    tell(layer, unknown, "of which the second source says nothing");
    shuffle(able, random);
    List<UnitScore> drawn =
        new ArrayList<>(able.subList(0, Math.min(options.units(), able.size())));
    drawn.sort(Comparator.comparingInt(UnitScore::unit));
    int plain = 0;
    for (UnitScore unit : drawn) {
      plain += ask(l, layer, unit, random) ? 0 : 1;
    }
    if (plain > 0) {
      warn.accept(
          "layer "
              + layer.layer().name()
              + ": no decoy for "
              + plain
              + (plain == 1 ? " unit" : " units")
              + ", since every concept is among its best");
    }
  }

  private void tell(LayerDissection layer, int count, String why) {
    if (count > 0) {
      warn.accept(
          "layer "
              + layer.layer().name()
              + ": left out "
              + count
              + (count == 1 ? " unit " : " units ")
              + why);
    }
  }

  /** Whether there is a decoy. */
  private boolean ask(int l, LayerDissection layer, UnitScore unit, SplittableRandom random) {
    units.add(
        new Study.RatedUnit(l, unit.unit(), unit.label().iou() > dissection.info().rules().iou()));
    String ours = LabelScore.readable(unit.label().label());
    String truth = second == null ? null : second.of(l, unit.unit());
    boolean same = truth != null && folded(truth).equals(folded(ours));
    add(l, unit.unit(), ours, Question.Kind.PHRASE, true, same, null);
    if (truth != null && !truth.isBlank() && !same) {
      add(l, unit.unit(), truth, Question.Kind.PHRASE, false, true, null);
    }
    String decoy = decoy(layer, unit, truth, random);
    if (decoy != null) {
      add(l, unit.unit(), decoy, Question.Kind.DECOY, false, false, null);
    }
    return decoy != null;
  }

  /** A concept that is the label of another unit, else any, and not among this unit's best. */
  private @Nullable String decoy(
      LayerDissection layer, UnitScore unit, @Nullable String truth, SplittableRandom random) {
    Set<String> own = new HashSet<>();
    unit.byCategory().forEach(score -> own.add(folded(LabelScore.readable(score.label()))));
    if (truth != null) {
      own.add(folded(truth));
    }
    own.add("");
    Set<String> others = new LinkedHashSet<>();
    for (UnitScore other : layer.units()) {
      others.add(LabelScore.readable(other.label().label()));
    }
    others.removeIf(phrase -> own.contains(folded(phrase)));
    if (others.isEmpty()) {
      for (ConceptInfo concept : dissection.concepts()) {
        others.add(LabelScore.readable(concept.name()));
      }
      others.removeIf(phrase -> own.contains(folded(phrase)));
    }
    List<String> choice = List.copyOf(others);
    return choice.isEmpty() ? null : choice.get(random.nextInt(choice.size()));
  }

  private static String folded(String phrase) {
    return phrase.strip().toLowerCase(Locale.ROOT).replaceAll("[\\s_]+", " ");
  }

  private void add(
      int layer,
      int unit,
      String phrase,
      Question.Kind kind,
      boolean ours,
      boolean truth,
      @Nullable String again) {
    String id = Integer.toString(questions.size());
    questions.add(new Question(id, layer, unit, phrase, kind, ours, truth, again));
  }

  /**
   * The order in which a rater meets the questions: at random, but what is asked again comes well
   * after the first time.
   *
   * @param rater from 1
   */
  public static List<Question> order(Study study, long seed, int rater) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int r = 0; r <= rater; r++) {
      random = random.split();
    }
    List<Question> order = new ArrayList<>();
    List<Question> again = new ArrayList<>();
    study.questions().forEach(q -> (q.again() == null ? order : again).add(q));
    shuffle(order, random);
    for (Question repeat : again) {
      int first = 0;
      while (!order.get(first).id().equals(repeat.again())) {
        first++;
      }
      int from = Math.min(order.size(), first + 1 + APART);
      order.add(from + random.nextInt(order.size() - from + 1), repeat);
    }
    return order;
  }

  private static <T> void shuffle(List<T> list, SplittableRandom random) {
    for (int i = list.size() - 1; i > 0; i--) {
      Collections.swap(list, i, random.nextInt(i + 1));
    }
  }
}
