package org.netdissect.app;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.netdissect.base.DataException;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.dissection.fit.PreprocessingCheck;
import org.netdissect.networks.InputEvidence;
import org.netdissect.networks.ModelException;
import org.netdissect.networks.Network;
import org.netdissect.networks.Preprocessing;
import org.netdissect.pictures.Framing;

/**
 * Warns where a network's preprocessing seems to be another than the one it is run with: by what
 * its file says, and where that says nothing and nobody chose, by its behaviour on some
 * photographs.
 */
final class PreprocessingWarning {
  /** Photographs that are shown to a network at most; some may not be readable. */
  private static final int SHOWN = PreprocessingCheck.ENOUGH * 3 / 2;

  private final ConceptDataset data;
  private final Framing framing;
  private final Progress progress;

  PreprocessingWarning(ConceptDataset data, Framing framing, Progress progress) {
    this.data = data;
    this.framing = framing;
    this.progress = progress;
  }

  /**
   * Looks at each network.
   *
   * @param taken what they are run with
   * @param isChosen whether somebody chose that
   */
  void look(List<Network> networks, List<Preprocessing> taken, boolean isChosen)
      throws IOException {
    for (int i = 0; i < networks.size(); i++) {
      look(networks.get(i), taken.get(i), isChosen);
    }
  }

  private void look(Network network, Preprocessing taken, boolean isChosen) throws IOException {
    try {
      InputEvidence evidence = network.evidence();
      Optional<InputEvidence.Clue> stated = evidence.stated();
      if (stated.isPresent()) {
        warn(network, taken, stated.get());
      } else if (!isChosen) {
        show(network, taken, evidence);
      }
    } catch (ModelException | DataException e) {
      // It cannot be told: no classifier, or hardly a photograph. The run says what it is given.
    }
  }

  private void warn(Network network, Preprocessing taken, InputEvidence.Clue clue) {
    Preprocessing meant = clue.preprocessing();
    if (meant != null && !meant.equals(taken.orNearest())) {
      progress.warn(
          "%s is run with preprocessing %s, but %s: %s ('netdissect check' tries both)"
              .formatted(
                  network.name(),
                  taken.orNearest().name(),
                  Text.oneLine(clue.text()),
                  advice(meant)));
    }
  }

  /** How to choose a preprocessing. */
  static String advice(Preprocessing preprocessing) {
    return preprocessing.name().equals("custom")
        ? "--preprocess takes a file with " + preprocessing.json()
        : "--preprocess " + preprocessing.name();
  }

  private void show(Network network, Preprocessing taken, InputEvidence evidence)
      throws IOException {
    PreprocessingCheck check =
        PreprocessingCheck.against(
            taken.name(), network, evidence.classes(), data, framing, SHOWN, progress);
    if (check.isClearlyBetterThan(taken.name())) {
      progress.warn(
          ("%s: preprocessing %s may fit better than %s, by %d photographs"
                  + " ('netdissect check' tries more and says how it knows);"
                  + " choose with --preprocess")
              .formatted(network.name(), check.fits().get(0).name(), taken.name(), check.images()));
    }
  }
}
