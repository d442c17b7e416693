package org.netdissect.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.netdissect.base.DataException;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ImageRow;
import org.netdissect.concepts.Vocabulary;

/** A data set whose reading is counted, and may be held up. */
public class StoppedData implements ConceptDataset {
  private final ConceptDataset data;
  public final AtomicInteger annotated = new AtomicInteger();

  public StoppedData(ConceptDataset data) {
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
    // So that what is measured depends on every image.
    return false;
  }

  @Override
  public List<ImageRow> images() {
    return data.images();
  }

  @Override
  public AnnotatedImage annotate(ImageRow image) throws DataException {
    annotated.incrementAndGet();
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
