package org.netdissect.results;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Limits;
import org.netdissect.base.files.DamagedException;
import org.netdissect.base.files.FileCheck;
import org.netdissect.networks.Preprocessing;
import org.netdissect.networks.ReceptiveField;

/**
 * Whether what a {@code dissection.json} says makes sense: nothing is missing, and every size can
 * be true. Memory is taken by these sizes, so they are checked before anything else is read.
 */
final class InfoCheck {
  private static final int UNITS = 1 << 20;
  private static final int LAYERS = 10_000;

  private static final Set<String> CONVENTIONS = Set.of("exact", "paper", "lite");

  private static final Set<String> FITS = Set.of("stretch", "letterbox", "crop");

  /** A decimal above 0 and below 1, of at most twelve places. */
  private static final Pattern QUANTILE = Pattern.compile("0?\\.(?=0*[1-9])[0-9]{1,12}");

  private final Path file;

  private InfoCheck(Path file) {
    this.file = file;
  }

  /**
   * Checks it.
   *
   * @throws DamagedException naming the first thing that cannot be
   */
  static void check(DissectionInfo info, Path file) throws DamagedException {
    InfoCheck check = new InfoCheck(file);
    check.all(info);
  }

  private void all(DissectionInfo info) throws DamagedException {
    require(info.tool() != null, "tool");
    require(info.network() != null, "network");
    side(info.network().inputHeight(), "network.inputHeight");
    side(info.network().inputWidth(), "network.inputWidth");
    fit(info.network());
    preprocessing(info.network().preprocessing());
    data(info.data());
    rules(info.rules());
    require(info.imported() == null || whole(info.imported()), "imported");
    images(info.images(), info.imported() != null);
    require(info.files() != null, "files");
    for (Map.Entry<String, FileCheck> of : info.files().entrySet()) {
      require(of.getValue() != null && of.getValue().bytes() >= 0, "files." + of.getKey());
    }
    require(
        whole(info.layers()) && !info.layers().isEmpty() && info.layers().size() <= LAYERS,
        "layers");
    Set<String> folders = new HashSet<>();
    for (DissectionInfo.LayerResult layer : info.layers()) {
      layer(layer, info);
      require(folders.add(layer.layer().folder()), "layers: two of folder");
    }
  }

  private void fit(DissectionInfo.NetworkInfo network) throws DamagedException {
    require(
        network.fit() == null
            || (FITS.contains(network.fit())
                && network.inputHeight() != null
                && network.inputWidth() != null),
        "network.fit");
  }

  private void preprocessing(DissectionInfo.@Nullable PreprocessingInfo preprocessing)
      throws DamagedException {
    require(preprocessing == null || isOne(preprocessing), "network.preprocessing");
  }

  /** Whether a network can have had it. */
  private static boolean isOne(DissectionInfo.PreprocessingInfo told) {
    if (told.channels() == null || !whole(told.mean()) || !whole(told.std())) {
      return false;
    }
    try {
      Preprocessing.Channels order = Preprocessing.Channels.valueOf(told.channels());
      new Preprocessing(order, told.scale(), told.mean(), told.std());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void rules(DissectionInfo.Rules rules) throws DamagedException {
    require(rules != null && rules.iou() >= 0 && rules.iou() < 1, "rules");
    require(
        rules.convention() != null && CONVENTIONS.contains(rules.convention()), "rules.convention");
    require(
        rules.quantile() != null && QUANTILE.matcher(rules.quantile()).matches(), "rules.quantile");
    require(
        rules.keepQuantile() == null || QUANTILE.matcher(rules.keepQuantile()).matches(),
        "rules.keepQuantile");
  }

  private void data(DissectionInfo.DataInfo data) throws DamagedException {
    require(data != null && data.name() != null, "data.name");
    require(
        whole(data.categories())
            && !data.categories().isEmpty()
            && data.categories().size() <= Limits.CATEGORIES
            && new HashSet<>(data.categories()).size() == data.categories().size(),
        "data.categories");
    require(data.limit() == null || data.limit() > 0, "data.limit");
  }

  private void images(DissectionInfo.Images images, boolean imported) throws DamagedException {
    require(images != null, "images");
    require(
        images.chosen() >= (imported ? 0 : 1) && images.chosen() <= Limits.IMAGES, "images.chosen");
    require(images.read() >= (imported ? 0 : 1) && images.read() <= images.chosen(), "images.read");
    require(
        whole(images.unreadable()) && images.unreadable().size() == images.chosen() - images.read(),
        "images.unreadable");
    for (DissectionInfo.Unreadable image : images.unreadable()) {
      require(image.image() != null && image.reason() != null, "images.unreadable");
    }
  }

  private void layer(DissectionInfo.LayerResult result, DissectionInfo info)
      throws DamagedException {
    LayerInfo layer = result.layer();
    require(layer != null && layer.name() != null && layer.folder() != null, "layers: layer");
    String of = "layer " + layer.name() + ": ";
    require(layer.kind() != null, of + "kind");
    require(LayerInfo.fileSafe(layer.folder()).equals(layer.folder()), of + "folder");
    require(layer.units() >= 1 && layer.units() <= UNITS, of + "units");
    if (info.imported() == null) {
      require(layer.height() >= 1 && layer.height() <= Limits.SIDE, of + "height");
      require(layer.width() >= 1 && layer.width() <= Limits.SIDE, of + "width");
      long cells = (long) layer.height() * layer.width();
      require(cells <= Limits.MASK_PIXELS, of + "height and width");
      require(result.valuesPerUnit() == cells * info.images().read(), of + "valuesPerUnit");
    } else {
      require(layer.height() == 0 && layer.width() == 0, of + "height and width");
    }
    field(layer.field(), of + "field");
    units(result.emptyMasks(), layer.units(), of + "emptyMasks");
    units(result.inactive(), layer.units(), of + "inactive");
  }

  private void field(@Nullable ReceptiveField field, String what) throws DamagedException {
    if (field != null && field.isKnown()) {
      for (ReceptiveField.Axis axis : List.of(field.y(), field.x())) {
        require(
            Double.isFinite(axis.offset())
                && Double.isFinite(axis.size())
                && Double.isFinite(axis.step()),
            what);
      }
    }
  }

  /** Numbers of units, ascending. */
  private void units(List<Integer> units, int count, String what) throws DamagedException {
    require(whole(units), what);
    int last = -1;
    for (int unit : units) {
      require(unit > last && unit < count, what);
      last = unit;
    }
  }

  private void side(@Nullable Integer pixels, String what) throws DamagedException {
    require(pixels == null || (pixels >= 1 && pixels <= Limits.SIDE), what);
  }

  private static boolean whole(@Nullable List<?> list) {
    return list != null && list.stream().noneMatch(java.util.Objects::isNull);
  }

  private void require(boolean sound, String what) throws DamagedException {
    if (!sound) {
      throw new DamagedException(file, "'" + what + "' is missing or cannot be", null);
    }
  }
}
