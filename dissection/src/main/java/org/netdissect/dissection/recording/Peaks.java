package org.netdissect.dissection.recording;

import java.io.IOException;

/** The largest activation of every unit on every image, once all are recorded. */
public interface Peaks {
  /**
   * Reads the peaks of some units.
   *
   * @param images of the dissection
   * @return by unit from {@code first} to before {@code end} and by image; 0 where none was
   *     recorded
   */
  float[][] read(int first, int end, int images) throws IOException;
}
