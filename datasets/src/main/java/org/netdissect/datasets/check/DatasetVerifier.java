package org.netdissect.datasets.check;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.DataException;
import org.netdissect.base.Digests;
import org.netdissect.base.Progress;
import org.netdissect.base.Text;
import org.netdissect.base.tables.Problems;
import org.netdissect.base.threads.InOrder;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.Concept;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;
import org.netdissect.concepts.atlas.Regions;
import org.netdissect.datasets.Datasets;
import org.netdissect.datasets.reading.ColorNames;
import org.netdissect.datasets.reading.DatasetOptions;
import org.netdissect.datasets.reading.PassedOver;
import org.netdissect.datasets.reading.ReadDataset;
import org.netdissect.datasets.reading.UnlistedLabelException;
import org.netdissect.pictures.Photographs;

/**
 * Looks for everything that is wrong with a data set, never stopping at the first. Serious are
 * missing and unreadable files, wrong sizes, unknown labels and tables that contradict each other;
 * merely remarkable are labels never used or in several categories, categories without data,
 * duplicate photographs and oddities of JPEG files.
 */
public final class DatasetVerifier {
  private final Consumer<Finding> out;
  private boolean serious;
  private final ReadDataset data;

  /** Labels found, by category. */
  private final BitSet[] used;

  private final BitSet withData = new BitSet();

  /** Labels that no table lists, and how many images hold them. */
  private final Map<String, Integer> missing = new TreeMap<>();

  private final Map<String, String> photos = new HashMap<>();

  /** Opens a data set, telling of what is wrong with its tables. */
  private DatasetVerifier(Path folder, DatasetOptions options, Consumer<Finding> out)
      throws DataException {
    this.out = out;
    Problems problems = e -> serious(e.getMessage());
    if (options.colors()) {
      ColorNames.of(options.colorTable()); // that the table can be read
    }
    data = Datasets.openAlone(folder, options, problems);
    data.check(problems);
    List<String> noFiles = PassedOver.below(data.folder()).noFiles();
    noFiles.forEach(this::serious);
    data.remarks().stream().filter(remark -> !noFiles.contains(remark)).forEach(this::note);
    used = bitSets(data.vocabulary().categories().size());
  }

  private static BitSet[] bitSets(int count) {
    return Stream.generate(BitSet::new).limit(count).toArray(BitSet[]::new);
  }

  /**
   * Verifies a data set.
   *
   * @param folder of the data set
   * @param options how it is read
   * @param workers threads that read images
   * @param findings told of each finding, tables first, then images in their order, all by one
   *     thread
   * @return whether nothing serious was found
   * @throws IOException only when interrupted
   */
  public static boolean verify(
      Path folder,
      DatasetOptions options,
      int workers,
      Consumer<Finding> findings,
      Progress progress)
      throws IOException {
    DatasetVerifier verifier;
    try {
      verifier = new DatasetVerifier(folder, options, findings);
    } catch (DataException e) {
      findings.accept(new Finding(true, e.getMessage()));
      return false;
    }
    verifier.readImages(workers, progress);
    verifier.tellOfMissing();
    verifier.tellOfLabels();
    return !verifier.serious;
  }

  private void serious(String text) {
    serious = true;
    out.accept(new Finding(true, text));
  }

  private void note(String text) {
    out.accept(new Finding(false, text));
  }

  /**
   * What was found in one image.
   *
   * @param missing labels that no table lists, if that is what was found
   */
  private record Found(Finding finding, List<String> missing) {}

  /** What one image gave. */
  private static final class OfImage {
    final List<Found> found = new ArrayList<>();
    final BitSet[] used;
    long dataCategories;

    /** Of the photograph's file; null where it cannot be read. */
    @Nullable String hash;

    OfImage(int categories) {
      used = bitSets(categories);
    }

    void serious(DataException problem) {
      found.add(
          new Found(
              new Finding(true, problem.getMessage()), UnlistedLabelException.missing(problem)));
    }

    void note(String text) {
      found.add(new Found(new Finding(false, text), List.of()));
    }
  }

  private void readImages(int workers, Progress progress) throws IOException {
    List<ImageRow> rows = data.images();
    try (Progress.Phase phase = progress.phase("Verifying " + data.name(), rows.size(), "images")) {
      InOrder.run(
          workers,
          0,
          rows.size(),
          "verify",
          n -> read(rows.get(n)),
          (n, image) -> {
            take(image, rows.get(n).name());
            phase.advance(1);
          });
      phase.done();
    }
  }

  private void take(OfImage image, String name) {
    Set<String> ofImage = new HashSet<>();
    for (Found found : image.found) {
      serious |= found.finding.serious();
      boolean first = found.missing.isEmpty();
      for (String label : found.missing) {
        first |= ofImage.add(label) && missing.merge(label, 1, Integer::sum) == 1;
      }
      if (first) {
        out.accept(found.finding);
      }
    }
    for (int c = 0; c < used.length; c++) {
      used[c].or(image.used[c]);
      if (((image.dataCategories >>> c) & 1) != 0) {
        withData.set(c);
      }
    }
    String same = image.hash == null ? null : photos.putIfAbsent(image.hash, name);
    if (same != null) {
      note(Text.oneLine(name) + " is the same photograph, byte for byte, as " + Text.oneLine(same));
    }
  }

  private OfImage read(ImageRow row) {
    OfImage image = new OfImage(used.length);
    readPhoto(row, image);
    Problems problems = image::serious;
    try {
      AnnotatedImage annotated = data.annotate(row, problems);
      image.dataCategories = annotated.dataCategories();
      for (AnnotatedImage.LabelMap map : annotated.maps()) {
        BitSet labels = image.used[map.category()];
        for (char label : map.labels()) {
          labels.set(label);
        }
      }
      for (AnnotatedImage.WholeLabel label : annotated.wholeLabels()) {
        image.used[label.category()].set(label.number());
      }
      Regions.of(annotated);
    } catch (DataException e) {
      image.serious(e);
    } catch (OutOfMemoryError e) {
      image.serious(
          new DataException(Text.oneLine(row.name()) + ": too little memory to read its labels"));
    }
    checkLabels(row, image);
    return image;
  }

  private void checkLabels(ImageRow row, OfImage image) {
    Vocabulary vocabulary = data.vocabulary();
    for (int c = 0; c < used.length; c++) {
      image.used[c].clear(0);
      String category = vocabulary.categories().get(c).name();
      for (int n = image.used[c].nextSetBit(0); n >= 0; n = image.used[c].nextSetBit(n + 1)) {
        if (!vocabulary.knows(n)) {
          String label = category + ": label number " + n;
          image.serious(
              new UnlistedLabelException(
                  Text.oneLine(row.name()) + ", " + label + " is in no table", List.of(label)));
          continue;
        }
        String complaint = data.complaint(c, n);
        if (complaint != null) {
          String label = category + ": label number " + n;
          image.serious(
              new UnlistedLabelException(
                  Text.oneLine(row.name()) + ", " + category + ": " + complaint, List.of(label)));
        }
      }
    }
  }

  private void readPhoto(ImageRow row, OfImage image) {
    Path file = data.photograph(row);
    try {
      byte[] bytes = Photographs.bytes(file);
      image.hash = Digests.sha256Hex(bytes).substring(0, 32);
      Photographs.decode(bytes, file.toString(), row.photoHeight(), row.photoWidth());
      for (String remark : Photographs.remarks(bytes, file, row.photoHeight(), row.photoWidth())) {
        image.note(remark);
      }
    } catch (DataException e) {
      image.serious(e);
    }
  }

  /** Says of each label that no table lists in how many further images it is. */
  private void tellOfMissing() {
    missing.forEach(
        (label, images) -> {
          if (images > 1) {
            serious(
                label
                    + " is in no table, and in "
                    + (images - 1)
                    + (images == 2 ? " further image" : " further images"));
          }
        });
  }

  private void tellOfLabels() {
    Vocabulary vocabulary = data.vocabulary();
    for (Category category : vocabulary.categories()) {
      if (!withData.get(category.index())) {
        note("category " + category.name() + " has no data in any image");
      }
    }
    int found = 0;
    for (Concept concept : vocabulary.concepts()) {
      if (concept.number() == 0) {
        continue;
      }
      List<String> in = new ArrayList<>();
      for (Category category : vocabulary.categories()) {
        if (used[category.index()].get(concept.number())) {
          in.add(category.name());
        }
      }
      found += in.size();
      String label = "label " + concept.number() + " (" + Text.oneLine(concept.name()) + ")";
      if (in.isEmpty()) {
        note(label + " is never used");
      } else if (in.size() > 1) {
        note(label + " is used in several categories: " + String.join(", ", in));
      }
    }
    String why = data.whyUnlabelled();
    if (found == 0 && why != null) {
      note("no image holds a label: " + why);
    }
  }
}
