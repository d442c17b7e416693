package org.netdissect.analysis.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.results.BasisInfo;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo;
import org.netdissect.results.DissectionInfo.NetworkInfo;
import org.netdissect.results.LabelScore;
import org.netdissect.results.LayerDissection;
import org.netdissect.results.TrustInfo;
import org.netdissect.results.TrustTable;
import org.netdissect.results.UnitScore;

/**
 * What units of the same architecture reach with random weights, on the same images under the same
 * rules: how often one of the layer has this label, and this IoU.
 */
final class Untrained {
  /** By layer, the units of all untrained networks. */
  private final Map<String, List<UnitScore>> units = new HashMap<>();

  private final List<String> networks = new ArrayList<>();

  private Untrained() {}

  /**
   * Of results of untrained networks. A view that one of them does not have is left out.
   *
   * @param progress warned of views that are left out
   * @throws DissectionException if one cannot be held against the trained network: it is of other
   *     images, other rules or other layers, of that network itself, or one that is counted already
   */
  static Untrained of(Dissection trained, List<Dissection> others, Progress progress)
      throws IOException {
    Untrained all = new Untrained();
    for (int i = 0; i < others.size(); i++) {
      Dissection other = others.get(i);
      check(trained, other);
      checkNew(other, others.subList(0, i));
      String sha256 = other.info().network().sha256();
      all.networks.add(sha256 == null ? "recorded" : sha256);
    }
    List<String> missing = new ArrayList<>();
    for (LayerDissection layer : trained.layers()) {
      String name = layer.layer().name();
      List<UnitScore> own = new ArrayList<>();
      for (Dissection other : others) {
        LayerDissection same = same(layer, other);
        if (same != null) {
          own.addAll(same.units());
        } else if (layer.layer().basis() == null) {
          throw unlike(layer, other);
        } else if (!missing.contains(name)) {
          missing.add(name);
        }
      }
      if (!missing.contains(name)) {
        all.units.put(name, own);
      }
    }
    if (!missing.isEmpty()) {
      progress.warn(
          Text.oneLine(
              "untrained: not said of "
                  + missing.size()
                  + (missing.size() == 1 ? " view" : " views")
                  + " that not all of the untrained results have, such as "
                  + missing.get(0)
                  + "; run the untrained networks with the same --basis"));
    }
    return all;
  }

  /** Units that are counted twice would pass for those of one network more. */
  private static void checkNew(Dissection other, List<Dissection> before) throws IOException {
    for (Dissection one : before) {
      String why = null;
      if (isSameResult(one, other)) {
        why = " are the same result";
      } else if (isSameNetwork(one, other)) {
        why = " are of the same network";
      }
      if (why != null) {
        throw new DissectionException(
            Text.oneLine(
                one.folder()
                    + " and "
                    + other.folder()
                    + why
                    + ", which would count twice among the untrained ones; name it once, or another"
                    + " seed of netdissect randomize"));
      }
    }
  }

  private static boolean isSameNetwork(Dissection one, Dissection two) {
    String sha256 = one.info().network().sha256();
    return sha256 != null && sha256.equals(two.info().network().sha256());
  }

  /** Whether two folders are one, or one is a copy of the other. */
  private static boolean isSameResult(Dissection one, Dissection two) throws IOException {
    return Files.isSameFile(one.folder(), two.folder())
        || TrustTable.fingerprint(one).equals(TrustTable.fingerprint(two));
  }

  private static void check(Dissection trained, Dissection other) throws IOException {
    DissectionInfo one = trained.info();
    DissectionInfo two = other.info();
    String input = otherInput(one.network(), two.network());
    String why = null;
    if (isSameNetwork(trained, other)) {
      why = "is of the trained network itself";
    } else if (isSameResult(trained, other)) {
      // Of recorded activations no network is known.
      why = "is the result itself that is put to the test";
    } else if (two.imported() != null) {
      why = "was imported from tables, so it is not known on what";
    } else if (!Objects.equals(one.data().fingerprint(), two.data().fingerprint())
        || !trained.images().equals(other.images())
        || one.images().read() != two.images().read()) {
      why = "is of other images";
    } else if (!one.rules().convention().equals(two.rules().convention())
        || !one.rules().quantile().equals(two.rules().quantile())) {
      why = "is of other rules (convention or quantile)";
    } else if (!trained.categories().equals(other.categories())) {
      why = "is of other categories";
    } else if (!Objects.equals(one.data().boxes(), two.data().boxes())) {
      why = "is of other labels (--boxes)";
    } else if (input != null) {
      why = input;
    }
    if (why != null) {
      throw refused(trained, other, why);
    }
  }

  /** How photographs came into it in another way; null if in the same. */
  private static @Nullable String otherInput(NetworkInfo one, NetworkInfo two) {
    if (!Objects.equals(one.preprocessing(), two.preprocessing())
        || !Objects.equals(one.fit(), two.fit())) {
      return "is under another preprocessing, "
          + two.describePreprocessing()
          + " in place of "
          + one.describePreprocessing();
    }
    if (!Objects.equals(one.inputHeight(), two.inputHeight())
        || !Objects.equals(one.inputWidth(), two.inputWidth())
        || !Objects.equals(one.tokens(), two.tokens())) {
      return "is of a network with another input";
    }
    return null;
  }

  private static DissectionException refused(Dissection trained, Dissection other, String why) {
    return new DissectionException(
        Text.oneLine(
            other.folder()
                + " "
                + why
                + ", so it cannot tell what "
                + trained.folder()
                + " would reach untrained; make it with netdissect randomize and the same"
                + " netdissect run"));
  }

  /** The same layer, or the same view of it; null if there is none. */
  private static @Nullable LayerDissection same(LayerDissection layer, Dissection other) {
    for (LayerDissection one : other.layers()) {
      if (one.layer().name().equals(layer.layer().name())
          && one.units().size() == layer.units().size()
          && BasisInfo.isSameView(one.layer().basis(), layer.layer().basis())) {
        return one;
      }
    }
    return null;
  }

  private static DissectionException unlike(LayerDissection layer, Dissection other) {
    return new DissectionException(
        Text.oneLine(
            other.folder()
                + " has no layer "
                + layer.layer().name()
                + " of "
                + layer.units().size()
                + " units: is it of the same architecture?"));
  }

  /**
   * Shares of the layer's untrained units; NaN where there are none.
   *
   * @param label whose best label of the category is the same one
   * @param iou whose best IoU of the category is as high
   * @param both whose best label is the same one, with an IoU as high
   */
  record Share(double label, double iou, double both) {
    static final Share NONE = new Share(Double.NaN, Double.NaN, Double.NaN);
  }

  /** How a label fares among them. */
  Share of(LayerDissection layer, LabelScore score) {
    List<UnitScore> all = units.getOrDefault(layer.layer().name(), List.of());
    if (all.isEmpty() || score.label().isBlank()) {
      return Share.NONE;
    }
    int label = 0;
    int iou = 0;
    int both = 0;
    for (UnitScore unit : all) {
      for (LabelScore best : unit.byCategory()) {
        if (best.category().equals(score.category())) {
          boolean isSame = best.label().equals(score.label());
          boolean isHigh = best.iou() >= score.iou();
          label += isSame ? 1 : 0;
          iou += isHigh ? 1 : 0;
          both += isSame && isHigh ? 1 : 0;
        }
      }
    }
    double n = all.size();
    return new Share(label / n, iou / n, both / n);
  }

  /** What is recorded of them for a layer; null if there are none. */
  TrustInfo.@Nullable Untrained info(LayerDissection layer, double iou) {
    List<UnitScore> all = units.getOrDefault(layer.layer().name(), List.of());
    if (all.isEmpty()) {
      return null;
    }
    int detectors = (int) all.stream().filter(unit -> unit.label().iou() > iou).count();
    return new TrustInfo.Untrained(networks, all.size(), detectors);
  }
}
