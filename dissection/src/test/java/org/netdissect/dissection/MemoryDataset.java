package org.netdissect.dissection;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.netdissect.base.Digests;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;

/** A data set whose labels lie in memory; its photographs need not be there. */
public abstract class MemoryDataset implements ConceptDataset {
  public final List<ImageRow> rows = new ArrayList<>();
  public final List<AnnotatedImage> labels = new ArrayList<>();
  private final String name;
  private final Path folder;
  private final String madeOf;

  /**
   * Begins without an image.
   *
   * @param madeOf all that decides the labels
   */
  protected MemoryDataset(String name, Path folder, String madeOf) {
    this.name = name;
    this.folder = folder;
    this.madeOf = madeOf;
  }

  /** All that decides the labels. */
  protected final String madeOf() {
    return madeOf;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<ImageRow> images() {
    return rows;
  }

  @Override
  public AnnotatedImage annotate(ImageRow image) {
    return labels.get(image.row());
  }

  @Override
  public Path photograph(ImageRow image) {
    return folder.resolve(image.name());
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public String key() {
    return name;
  }

  @Override
  public String stamp() {
    return Digests.sha256Hex(madeOf.getBytes(StandardCharsets.UTF_8));
  }
}
