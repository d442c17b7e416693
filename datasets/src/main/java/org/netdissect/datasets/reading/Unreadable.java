package org.netdissect.datasets.reading;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.netdissect.base.Progress;
import org.netdissect.base.threads.InOrder;
import org.netdissect.pictures.UnreadableImageException;

/** Works through images on several threads, leaving out by name those that cannot be read. */
public final class Unreadable {
  private Unreadable() {}

  /** What is done with one image. */
  public interface Work {
    void on(int image) throws IOException;
  }

  /**
   * Does the work for the images 0 to {@code images} − 1; warns, in their order, of those that
   * cannot be read.
   *
   * @param strict whether an unreadable image stops the work instead
   * @return how many were left out
   */
  public static int leaveOut(
      int images,
      int workers,
      boolean strict,
      String threads,
      Progress progress,
      Progress.Phase phase,
      Work work)
      throws IOException {
    AtomicInteger leftOut = new AtomicInteger();
    InOrder.run(
        workers,
        0,
        images,
        threads,
        image -> problem(image, strict, work),
        (image, problem) -> {
          if (problem.isPresent()) {
            progress.warn(problem.get());
            leftOut.incrementAndGet();
          }
          phase.advance(1);
        });
    return leftOut.get();
  }

  private static Optional<String> problem(int image, boolean strict, Work work) throws IOException {
    try {
      work.on(image);
      return Optional.empty();
    } catch (UnreadableImageException e) {
      if (strict) {
        throw e;
      }
      return Optional.of(e.getMessage());
    }
  }
}
