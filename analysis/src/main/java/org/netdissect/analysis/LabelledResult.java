package org.netdissect.analysis;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.netdissect.base.Progress;
import org.netdissect.concepts.Category;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.atlas.Atlas;
import org.netdissect.concepts.atlas.AtlasImage;
import org.netdissect.concepts.atlas.AtlasOptions;
import org.netdissect.dissection.rules.Convention;
import org.netdissect.dissection.rules.ImageSet;
import org.netdissect.dissection.rules.MaskGeometry;
import org.netdissect.dissection.scoring.ConceptTotals;
import org.netdissect.pictures.Frame;
import org.netdissect.results.Dissection;
import org.netdissect.results.DissectionException;
import org.netdissect.results.DissectionInfo;

/**
 * A result together with the labels it was scored with: what an analysis of stored hits and maps
 * starts from. Safe for concurrent reading.
 */
public final class LabelledResult implements AutoCloseable {
  private final Dissection dissection;
  private final Atlas atlas;
  private final ImageSet images;
  private final BitSet read;
  private final ConceptTotals totals;
  private final Convention convention;

  private LabelledResult(
      Dissection dissection,
      Atlas atlas,
      ImageSet images,
      BitSet read,
      ConceptTotals totals,
      Convention convention) {
    this.dissection = dissection;
    this.atlas = atlas;
    this.images = images;
    this.read = read;
    this.totals = totals;
    this.convention = convention;
  }

  /**
   * Opens the labels of a result.
   *
   * @param data the data set that was dissected with
   * @throws DissectionException if the result was imported and so has no masks, or the data set is
   *     another one or has changed since
   */
  public static LabelledResult open(
      Dissection dissection, ConceptDataset data, AtlasOptions options, Progress progress)
      throws IOException {
    DissectionInfo info = dissection.info();
    check(dissection);
    Atlas atlas = Atlas.open(data, options, progress);
    try {
      if (!atlas.fingerprint().equals(info.data().fingerprint())) {
        throw new DissectionException(
            "the data set "
                + data.name()
                + " is not the one that "
                + dissection.folder()
                + " was dissected with, or has changed since; name that one with --data");
      }
      ImageSet images = ImageSet.ofResult(atlas, dissection.images());
      Set<String> unread = new HashSet<>();
      info.images().unreadable().forEach(image -> unread.add(image.image()));
      BitSet read = new BitSet();
      for (int i = 0; i < images.size(); i++) {
        read.set(i, !unread.contains(images.name(i)));
      }
      List<Category> categories = new ArrayList<>();
      for (String name : dissection.categories()) {
        categories.add(atlas.vocabulary().category(name));
      }
      Convention convention = Convention.of(info.rules().convention());
      return new LabelledResult(
          dissection,
          atlas,
          images,
          read,
          new ConceptTotals(images, categories, convention, read),
          convention);
    } catch (IOException | RuntimeException e) {
      atlas.close();
      throw e;
    }
  }

  /**
   * Refuses a result to which no data set would help, so that none is asked for.
   *
   * @throws DissectionException if it was imported and so has no masks, or has no labels
   */
  public static void check(Dissection dissection) throws DissectionException {
    if (dissection.info().imported() != null) {
      throw new DissectionException(
          dissection.folder()
              + " was imported from tables: it has scores only, no masks; dissect the network with"
              + " netdissect run");
    }
    dissection.checkLabelled();
  }

  public Dissection dissection() {
    return dissection;
  }

  public Atlas atlas() {
    return atlas;
  }

  /** The images chosen, by their numbers in the result. */
  public ImageSet images() {
    return images;
  }

  /** Which of them were read; the others take no part in anything. */
  public BitSet read() {
    return read;
  }

  /** Pixels and images of each concept, over the images read. */
  public ConceptTotals totals() {
    return totals;
  }

  public Convention convention() {
    return convention;
  }

  /** Where an image lay in the network's input, or in its own size where that was free. */
  public Frame frame(int image) {
    AtlasImage about = images.atlasImage(image);
    return MaskGeometry.frame(dissection.info().network(), about.photoHeight(), about.photoWidth());
  }

  @Override
  public void close() {
    atlas.close();
  }
}
