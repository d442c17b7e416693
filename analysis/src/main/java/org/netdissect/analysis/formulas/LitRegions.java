package org.netdissect.analysis.formulas;

import java.io.IOException;
import org.netdissect.results.HitTable;

/** The pixels of one mask of a unit by image and region of the image. */
@FunctionalInterface
interface LitRegions {
  /** Visits them, image by image in ascending number. */
  void visit(HitTable.Visitor visitor) throws IOException;
}
