package org.netdissect.datasets.folders;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.netdissect.base.DataException;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.Splits;

/**
 * A folder of photographs and one of their masks. Beside {@code images} and {@code masks} of the
 * documented format, other names that say the same are taken, the same two within folders of splits
 * ({@code train/images}, {@code train/masks}), and folders of splits with masks in one named alike
 * ({@code train}, {@code train_labels} or {@code trainannot}).
 *
 * @param photos the folder of photographs
 * @param prefix of the names of its images
 * @param masks the folder of masks
 * @param which further masks these are ("_parts"), or blank
 */
record MaskLayout(Path photos, String prefix, Path masks, String which) {

  /** The folders of a data set; none when it is not arranged so. */
  static List<MaskLayout> of(Path folder) throws DataException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    List<MaskLayout> plain = in(folder, "");
    if (!plain.isEmpty()) {
      return plain;
    }
    List<MaskLayout> layout = new ArrayList<>();
    List<String> inside = PhotoFiles.folders(folder);
    for (String split : inside) {
      if (Splits.ofFolder(split) == null) {
        continue;
      }
      layout.addAll(in(folder.resolve(split), split + "/"));
      for (String other : inside) {
        if (other.startsWith(split) && ImageFolderDataset.isOfMasks(other)) {
          layout.add(new MaskLayout(folder.resolve(split), split + "/", folder.resolve(other), ""));
        }
      }
    }
    return layout;
  }

  /**
   * Two folders of which one holds photographs and the other masks by their looks, there or in each
   * folder of a split; none when it is not so.
   */
  static List<MaskLayout> byLooks(Path folder) throws DataException {
    List<String> inside = PhotoFiles.folders(folder);
    List<MaskLayout> layout = new ArrayList<>();
    if (!inside.isEmpty() && inside.stream().allMatch(name -> Splits.ofFolder(name) != null)) {
      for (String split : inside) {
        addByLooks(folder.resolve(split), split + "/", layout);
      }
    } else {
      addByLooks(folder, "", layout);
    }
    return layout;
  }

  private static void addByLooks(Path folder, String prefix, List<MaskLayout> layout)
      throws DataException {
    List<Path> photos = new ArrayList<>();
    List<Path> masks = new ArrayList<>();
    for (String name : PhotoFiles.folders(folder)) {
      List<String> pictures = PhotoFiles.below(folder.resolve(name));
      if (!pictures.isEmpty()) {
        boolean drawn =
            PictureGroup.of(folder.resolve(name), pictures).stream()
                .allMatch(PictureGroup::isOfMasks);
        (drawn ? masks : photos).add(folder.resolve(name));
      }
    }
    if (photos.size() == 1 && masks.size() == 1) {
      layout.add(new MaskLayout(photos.get(0), prefix, masks.get(0), ""));
    }
  }

  private static List<MaskLayout> in(Path folder, String prefix) throws DataException {
    List<String> inside = PhotoFiles.folders(folder);
    List<String> photos = only(inside.stream().filter(ImageFolderDataset::isOfPhotos), "images");
    List<MaskLayout> layout = new ArrayList<>();
    if (photos.size() != 1) {
      return layout;
    }
    Path of = folder.resolve(photos.get(0));
    if (inside.stream().anyMatch("masks"::equalsIgnoreCase)) {
      for (String masks : inside) {
        String lower = masks.toLowerCase(Locale.ROOT);
        if (lower.equals("masks") || lower.startsWith("masks_")) {
          layout.add(new MaskLayout(of, prefix, folder.resolve(masks), masks.substring(5)));
        }
      }
      return layout;
    }
    List<String> masks = inside.stream().filter(ImageFolderDataset::isOfMasks).toList();
    if (masks.size() == 1) {
      layout.add(new MaskLayout(of, prefix, folder.resolve(masks.get(0)), ""));
    }
    return layout;
  }

  /** The names, or the customary one of them alone. */
  private static List<String> only(Stream<String> names, String customary) {
    List<String> list = names.toList();
    return list.stream().anyMatch(n -> n.toLowerCase(Locale.ROOT).equals(customary))
        ? list.stream().filter(n -> n.toLowerCase(Locale.ROOT).equals(customary)).toList()
        : list;
  }
}
