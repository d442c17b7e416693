package org.netdissect.lab.study;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Numbers;
import org.netdissect.base.Text;
import org.netdissect.dissection.activations.basis.Basis;

/** Reads the questions of a study, and refuses those that its networks cannot answer. */
final class QuestionReader {
  private static final String ALPHA = "alpha";
  private static final String ACCURACY = "accuracy";
  private static final String PROBE = "probe";

  private final List<Subject> subjects;
  private final boolean probed;
  private final Set<String> groups = new LinkedHashSet<>();

  /** By which anything can be asked. */
  private final Set<String> factors =
      new LinkedHashSet<>(List.of("network", "layer", ALPHA, ACCURACY));

  /**
   * A reader.
   *
   * @param probed whether the study probes its networks
   */
  QuestionReader(List<Subject> subjects, boolean probed) {
    this.subjects = List.copyOf(subjects);
    this.probed = probed;
    if (probed) {
      factors.add(PROBE);
    }
    for (Subject subject : subjects) {
      groups.add(subject.group());
      factors.addAll(subject.factors().keySet());
    }
  }

  List<Question> read(Yaml at) throws DataException {
    List<Question> questions = new ArrayList<>();
    Set<String> titles = new HashSet<>();
    for (Yaml one : at.list()) {
      Question question = question(one);
      if (!titles.add(question.title())) {
        throw one.wrong("two questions are called " + Text.quoted(question.title()));
      }
      questions.add(question);
    }
    return questions;
  }

  private Question question(Yaml one) throws DataException {
    Map<String, Yaml> keys =
        one.map(
            new LinkedHashSet<>(List.of("ask", "networks", "by", "layer", "measure", "expect")));
    Yaml by = keys.get("by");
    if (by == null) {
      throw one.wrong("a question needs \"by\": " + String.join(", ", factors));
    }
    if (!factors.contains(by.text())) {
      throw by.wrong("no network has the factor " + Yaml.named(by.text(), factors));
    }
    Yaml measured = keys.get("measure");
    Question.Measure measure =
        measured == null ? Question.Measure.of("unique") : measured.as(Question.Measure::of);
    Yaml ask = keys.get("ask");
    Yaml layer = keys.get("layer");
    Yaml expect = keys.get("expect");
    if (measure.kind() == Question.Measure.Kind.CONCEPTS && expect != null) {
      throw expect.wrong("concepts are shown, not counted; nothing is expected of them");
    }
    Question question =
        new Question(
            ask == null ? measure.words() + " by " + by.text() : ask.text(),
            groups(keys.get("networks")),
            by.text(),
            layer == null ? null : layer.text(),
            measure,
            expect == null ? null : expect.as(Question.Expectation::of),
            one.place());
    checkAnswered(question, by, measured);
    if (expect != null) {
      checkExpected(question, expect);
    }
    return question;
  }

  private List<String> groups(@Nullable Yaml networks) throws DataException {
    List<String> named = networks == null ? List.of() : networks.texts();
    for (String group : named) {
      if (!groups.contains(group)) {
        throw Objects.requireNonNull(networks).wrong("no networks " + Yaml.named(group, groups));
      }
    }
    return named;
  }

  /** Some network that takes part must have the factor, and some the measure. */
  private void checkAnswered(Question question, Yaml by, @Nullable Yaml measured)
      throws DataException {
    List<Subject> asked = subjects.stream().filter(question::asks).toList();
    boolean trained = asked.stream().anyMatch(subject -> subject.training() != null);
    switch (question.by()) {
      case "layer", "network", PROBE -> {}
      case ACCURACY -> {
        if (!trained) {
          throw by.wrong(
              "no network that takes part is trained here, so none has an accuracy"
                  + " (\"probe\" measures one)");
        }
      }
      case ALPHA -> {
        if (asked.stream().allMatch(subject -> alphas(subject).isEmpty())) {
          throw by.wrong(
              "no network that takes part is dissected with rotations"
                  + " (bases: [\"rotation:seeds=1,2,3;alphas=0.5,1\"])");
        }
      }
      default -> {
        if (asked.stream().noneMatch(subject -> subject.factors().containsKey(question.by()))) {
          throw by.wrong("no network that takes part has " + Text.quoted(question.by()));
        }
      }
    }
    if (measured == null) {
      return;
    }
    if (question.measure().kind() == Question.Measure.Kind.PROBE && !probed) {
      throw measured.wrong("the study has no key \"probe\"");
    }
    if (question.measure().kind() == Question.Measure.Kind.ACCURACY && !trained) {
      throw measured.wrong("no network that takes part is trained here, so none has an accuracy");
    }
  }

  private static List<Double> alphas(Subject subject) {
    return subject.bases().stream().flatMap(basis -> Basis.parse(basis).alphas().stream()).toList();
  }

  /** Values of a factor that are set; none of what is measured or known later. */
  private Set<String> values(Question question) {
    Set<String> values = new TreeSet<>();
    for (Subject subject : subjects) {
      if (!question.asks(subject)) {
        continue;
      }
      String value = subject.factors().get(question.by());
      if (value != null) {
        values.add(value);
      }
      if (question.by().equals(ALPHA)) {
        values.add("0");
        alphas(subject).forEach(alpha -> values.add(Numbers.general(alpha, 6)));
      }
    }
    return values;
  }

  /** What is expected must be of values that there are; of what is measured nobody knows them. */
  private void checkExpected(Question question, Yaml expect) throws DataException {
    Set<String> values = values(question);
    if (values.isEmpty()) {
      return;
    }
    if (question.expected() instanceof Question.Expectation.Order order) {
      for (String wanted : order.values()) {
        if (values.stream().noneMatch(value -> Finding.isSame(value, wanted))) {
          throw expect.wrong(
              "no network that takes part has " + question.by() + " " + Yaml.named(wanted, values));
        }
      }
    } else if (values.stream().anyMatch(value -> Finding.number(value) == null)) {
      throw expect.wrong(
          question.by()
              + " is no number, so nothing "
              + expect.text()
              + " with it; an order of values is wanted (a > b)");
    }
  }
}
