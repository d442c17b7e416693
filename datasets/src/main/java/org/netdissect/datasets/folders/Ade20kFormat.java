package org.netdissect.datasets.folders;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.netdissect.base.DataException;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.VocabularyBuilder;
import org.netdissect.datasets.reading.DatasetFormat;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.LabelTable;
import org.netdissect.datasets.reading.Listing;
import org.netdissect.datasets.reading.PhotoFiles;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.Recognition;
import org.netdissect.datasets.reading.TextLines;

/**
 * ADE20K as prepared for scene parsing (ADEChallengeData2016, Zhou et al., CVPR 2017): images,
 * annotations, objectInfo150.txt; sceneCategories.txt adds scenes where it is there. The full
 * ADE20K, of 2016 or 2021, is another format; it is known by name and refused.
 */
public final class Ade20kFormat implements DatasetFormat {
  private static final String TABLE = "objectInfo150.txt";

  @Override
  public String name() {
    return "ade20k";
  }

  @Override
  public Recognition recognise(Listing at) {
    if (at.files().stream().anyMatch(name -> name.startsWith("index_ade20k."))
        || at.files().stream().anyMatch(Ade20kFormat::isOfFull)) {
      return Recognition.refused(full(at.folder()));
    }
    if (!at.hasFolder("images") || !at.hasFolder("annotations")) {
      return Recognition.NONE;
    }
    if (at.hasFile(TABLE)) {
      return Recognition.CLAIMED;
    }
    return at.hasFile("sceneCategories.txt") || Files.exists(at.folder().resolve(TABLE))
        ? Recognition.refused(
            Text.oneLine(at.folder().resolve(TABLE).toString())
                + (Files.exists(at.folder().resolve(TABLE)) ? " is no file" : " is missing")
                + ", and without it the labels of ADE20K have no names; fetch it again")
        : Recognition.NONE;
  }

  /** Whether a file's name is one of the full ADE20K's: "ADE_train_00000001_seg.png". */
  static boolean isOfFull(String name) {
    return name.matches("(?i)ADE_.*_(seg|parts_\\d+)\\.png");
  }

  /** What is said of the full ADE20K. */
  static String full(Path folder) {
    return Text.oneLine(folder.toString())
        + " is the full ADE20K (2016 or 2021), with labels in *_seg.png and *_parts_N.png, which is"
        + " not read as it is; make a data set of it with 'netdissect data build-broden --ade20k"
        + " DIR', or take ADEChallengeData2016, its version for scene parsing";
  }

  @Override
  public ReadDataset open(Path folder, DatasetOptions options, Problems problems)
      throws DataException {
    MaskEntries found = new MaskEntries();
    Listing at = Listing.of(folder);
    Path info = at.file(TABLE) == null ? folder.resolve(TABLE) : at.file(TABLE);
    LabelTable table = objects(info, options, found.vocabulary);
    found.tables.add(info);
    Path scenes = at.file("sceneCategories.txt");
    Map<String, String> sceneOf = new HashMap<>();
    if (scenes != null) {
      found.tables.add(scenes);
      for (String line : TextLines.of(scenes)) {
        String[] words = line.strip().split("\\s+", 2);
        if (words.length == 2 && !words[1].equals("misc")) {
          sceneOf.put(words[0], words[1] + "-s");
        }
      }
    }
    int scene = sceneOf.isEmpty() ? -1 : found.vocabulary.category("scene");
    for (String name : new TreeSet<>(sceneOf.values())) {
      found.vocabulary.concept(name);
    }
    Path images = MaskEntries.require(at, "images");
    Map<String, Path> photos = MaskEntries.byStem(images, problems);
    for (Map.Entry<String, Path> mask :
        MaskEntries.byStem(MaskEntries.require(at, "annotations"), problems).entrySet()) {
      Path photo = photos.get(mask.getKey());
      if (photo == null) {
        found.addOrphan(mask.getValue());
        continue;
      }
      MaskEntries.Entry entry = new MaskEntries.Entry(images, "", photo);
      entry.masks.add(new MaskEntries.Mask(mask.getValue(), table));
      String sceneName = sceneOf.get(PhotoFiles.stem(photo.getFileName().toString()));
      if (sceneName != null) {
        entry.whole.add(new AnnotatedImage.WholeLabel(scene, found.vocabulary.concept(sceneName)));
      }
      found.entries.add(entry);
    }
    found.unmasked = photos.size() - found.entries.size();
    return new MaskFolderDataset(folder, name(), found, options);
  }

  private static LabelTable objects(Path info, DatasetOptions options, VocabularyBuilder vocabulary)
      throws DataException {
    LabelTable table = new LabelTable();
    table.ignore(0);
    int lineNumber = 0;
    for (String line : TextLines.of(info)) {
      lineNumber++;
      String[] cells = line.strip().split("\\t", -1);
      if (lineNumber == 1 || line.isBlank()) {
        continue;
      }
      String index = cells[0].strip();
      if (cells.length < 2 || !Text.isAllDigits(index) || index.length() > 5) {
        throw DataException.at(info, lineNumber, "not a line \"number … names\" with tabs between");
      }
      List<String> names = new ArrayList<>();
      for (String name : cells[cells.length - 1].split(",", -1)) {
        if (!name.isBlank()) {
          names.add(name.strip());
        }
      }
      if (names.isEmpty() || Integer.parseInt(index) > 65_535) {
        throw DataException.at(info, lineNumber, "no name, or a number above 65535");
      }
      table.put(
          Integer.parseInt(index), names.get(0), MaskEntries.category(options), names, vocabulary);
    }
    return table;
  }
}
