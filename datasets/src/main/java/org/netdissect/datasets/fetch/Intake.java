package org.netdissect.datasets.fetch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.netdissect.base.Progress;

/** Writes what comes from a server to the end of a file, and no more than was announced. */
final class Intake implements Flow.Subscriber<List<ByteBuffer>> {
  private final FileChannel file;
  private final AtomicLong taken = new AtomicLong();
  private final long most;
  private final Progress.Phase phase;
  private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
  private volatile Flow.@Nullable Subscription subscription;
  private long told;

  /** Writing failed here, which no other try at the server would mend. */
  static final class LocalException extends Exception {
    private static final long serialVersionUID = 1L;

    LocalException(IOException cause) {
      super(cause);
    }

    IOException cause() {
      return (IOException) Objects.requireNonNull(getCause());
    }
  }

  /**
   * Opens the file.
   *
   * @param from its length, as it is
   * @param total its length in the end; −1 if not known
   */
  Intake(Path part, long from, long total, Progress.Phase phase) throws IOException {
    this.file = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    this.most = total < 0 ? Long.MAX_VALUE : total - from;
    this.phase = phase;
    file.position(from);
  }

  /** Bytes so far, of this answer. */
  long taken() {
    return taken.get();
  }

  /** Ends when the answer does. */
  CompletableFuture<@Nullable Void> done() {
    return done;
  }

  /** Takes no more. */
  void stop() throws IOException {
    Flow.Subscription from = subscription;
    if (from != null) {
      from.cancel();
    }
    done.cancel(false);
    file.close();
  }

  @Override
  public void onSubscribe(Flow.Subscription from) {
    subscription = from;
    from.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    try {
      for (ByteBuffer buffer : buffers) {
        if (buffer.remaining() > most - taken.get()) {
          buffer.limit(buffer.position() + (int) (most - taken.get()));
        }
        taken.addAndGet(buffer.remaining());
        while (buffer.hasRemaining()) {
          file.write(buffer);
        }
      }
      long megabytes = taken.get() >> 20;
      phase.advance(megabytes - told);
      told = megabytes;
      Flow.Subscription from = subscription;
      if (from != null) {
        from.request(1);
      }
    } catch (IOException e) {
      Flow.Subscription from = subscription;
      if (from != null) {
        from.cancel();
      }
      done.completeExceptionally(new LocalException(e));
    }
  }

  @Override
  public void onError(Throwable failure) {
    closed(failure);
  }

  @Override
  public void onComplete() {
    closed(null);
  }

  private void closed(@Nullable Throwable failure) {
    try {
      file.close();
    } catch (IOException e) {
      done.completeExceptionally(new LocalException(e));
      return;
    }
    if (failure == null) {
      done.complete(null);
    } else {
      done.completeExceptionally(failure);
    }
  }
}
