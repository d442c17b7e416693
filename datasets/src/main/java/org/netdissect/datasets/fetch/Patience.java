package org.netdissect.datasets.fetch;

import java.time.Duration;

/**
 * How long a server is waited for.
 *
 * @param connect for a connection, and for the head of an answer
 * @param window in which at least {@code leastBytes} must come, else the server has stalled
 * @param leastBytes in a window
 * @param tries without getting on before it is given up
 * @param firstPause before the second try; each is twice the one before
 * @param longestPause between tries
 */
record Patience(
    Duration connect,
    Duration window,
    long leastBytes,
    int tries,
    Duration firstPause,
    Duration longestPause) {

  /** About a kilobyte a second is the least; six tries over half a minute. */
  static final Patience USUAL =
      new Patience(
          Duration.ofSeconds(30),
          Duration.ofSeconds(60),
          1 << 16,
          6,
          Duration.ofSeconds(1),
          Duration.ofSeconds(60));

  /** Before the next try, after so many in vain. */
  Duration pause(int failed) {
    long millis = firstPause.toMillis() << Math.min(20, failed - 1);
    return Duration.ofMillis(Math.min(millis, longestPause.toMillis()));
  }
}
