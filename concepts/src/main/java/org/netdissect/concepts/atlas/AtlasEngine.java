package org.netdissect.concepts.atlas;

import java.io.IOException;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Has ranges of a data set's images compiled elsewhere: in other processes or on other machines,
 * which reach the data under the same names. The atlas does not depend on it.
 */
public interface AtlasEngine {
  /**
   * Into how many ranges images are to be split.
   *
   * @param images how many are to be compiled
   * @return 0 if these are compiled sooner here
   */
  int parts(int images);

  /**
   * Has ranges compiled ({@link AtlasRange#compile}), each at least once. Those that are not, since
   * nobody who was asked reaches their folder, are compiled here afterwards.
   *
   * @param told how many images more are compiled
   * @throws IOException with the one clear line of what failed
   */
  void compile(List<AtlasRange> ranges, LongConsumer told) throws IOException;
}
