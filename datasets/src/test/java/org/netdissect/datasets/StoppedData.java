package org.netdissect.datasets;

import java.util.concurrent.atomic.AtomicInteger;
import org.netdissect.base.DataException;
import org.netdissect.concepts.AnnotatedImage;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.concepts.ForwardingDataset;
import org.netdissect.concepts.ImageRow;

/** A data set whose reading is counted, and may be held up. */
public class StoppedData extends ForwardingDataset {
  public final AtomicInteger annotated = new AtomicInteger();

  public StoppedData(ConceptDataset data) {
    super(data);
  }

  @Override
  public boolean coverageKnown() {
    // So that what is measured depends on every image.
    return false;
  }

  @Override
  public AnnotatedImage annotate(ImageRow image) throws DataException {
    annotated.incrementAndGet();
    return super.annotate(image);
  }
}
