package org.netdissect.datasets.folders;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.netdissect.base.DataException;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.Splits;

/**
 * Photographs and their masks in one folder, told apart by their names: {@code x_sat.jpg} and
 * {@code x_mask.png}, {@code x.jpg} and {@code x_mask.png}, {@code x.jpg} and {@code x.png}. They
 * may lie in folders named as splits.
 *
 * @param masks the mask of each photograph that has one
 * @param orphans masks without a photograph
 * @param unmasked photographs without a mask
 */
record Together(Map<Path, Path> masks, List<Path> orphans, int unmasked) {

  /** The pairs of a folder; none when its names do not tell them apart. */
  static Together of(Listing at) throws DataException {
    Together all = new Together(new TreeMap<>(), new ArrayList<>(), 0);
    all = all.and(at.folder(), PhotoFiles.below(at.folder(), 1));
    for (String split : at.folders()) {
      if (Splits.ofFolder(split) != null) {
        Path folder = at.folder().resolve(split);
        all = all.and(folder, PhotoFiles.below(folder, 1));
      }
    }
    return all;
  }

  boolean isEmpty() {
    return masks.isEmpty();
  }

  private Together and(Path folder, List<String> names) {
    Map<String, String> photos = new HashMap<>(); // what a mask calls it → its name
    Map<String, String> maskOf = new TreeMap<>();
    List<String> jpegs = names.stream().filter(name -> !MaskNames.isPng(name)).toList();
    jpegs.forEach(name -> photos.put(PhotoFiles.stem(name), name));
    for (String name : names) {
      String stem = PhotoFiles.stem(name);
      String base = MaskNames.withoutEnding(stem);
      if (MaskNames.isPng(name) && photos.containsKey(stem)) {
        maskOf.put(name, stem);
      } else if (base != null) {
        maskOf.put(name, base);
      }
    }
    for (String name : names) {
      if (!maskOf.containsKey(name)) {
        String stem = PhotoFiles.stem(name);
        photos.put(stem, name);
        photos.putIfAbsent(MaskNames.ofPhoto(stem), name);
      }
    }
    int paired = 0;
    for (Map.Entry<String, String> mask : maskOf.entrySet()) {
      String photo = photos.get(mask.getValue());
      Path file = folder.resolve(mask.getKey());
      if (photo == null || maskOf.containsKey(photo)) {
        orphans.add(file);
      } else if (masks.putIfAbsent(folder.resolve(photo), file) == null) {
        paired++;
      }
    }
    return new Together(masks, orphans, unmasked + names.size() - maskOf.size() - paired);
  }
}
