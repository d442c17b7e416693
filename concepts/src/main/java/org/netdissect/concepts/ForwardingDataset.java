package org.netdissect.concepts;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.netdissect.base.DataException;

/**
 * Another data set, of which a subclass changes something. What it does not override is the other's
 * own, so that no view of a data set forgets a part of it.
 */
public abstract class ForwardingDataset implements ConceptDataset {
  private final ConceptDataset data;

  protected ForwardingDataset(ConceptDataset data) {
    this.data = data;
  }

  @Override
  public String name() {
    return data.name();
  }

  @Override
  public Vocabulary vocabulary() {
    return data.vocabulary();
  }

  @Override
  public boolean coverageKnown() {
    return data.coverageKnown();
  }

  @Override
  public boolean drawsBoxes() {
    return data.drawsBoxes();
  }

  @Override
  public List<String> remarks() {
    return data.remarks();
  }

  @Override
  public List<ImageRow> images() {
    return data.images();
  }

  @Override
  public AnnotatedImage annotate(ImageRow image) throws DataException {
    return data.annotate(image);
  }

  @Override
  public Path photograph(ImageRow image) {
    return data.photograph(image);
  }

  @Override
  public Path folder() {
    return data.folder();
  }

  @Override
  public String key() {
    return data.key();
  }

  @Override
  public String stamp() throws IOException {
    return data.stamp();
  }
}
