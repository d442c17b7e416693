package org.netdissect.bench;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.netdissect.concepts.ConceptDataset;
import org.netdissect.datasets.broden.BrodenDataset;
import org.netdissect.pictures.Photographs;
import org.netdissect.pictures.Photographs.Photograph;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading photographs: decoding, against ImageIO and its pixels one by one; resizing to 227 × 227,
 * against the triangle filter written out pixel by pixel. An operation is one photograph; give the
 * data with {@code -p data=FOLDER}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PhotographBenchmark {
  private static final int IMAGES = 128;
  private static final int SIDE = 227;

  /** A folder in Broden's format. */
  @Param("../shared/data/minibroden-224")
  public String data;

  private final byte[][] files = new byte[IMAGES][];
  private final Photograph[] photographs = new Photograph[IMAGES];

  /** Reads files into memory. */
  @Setup
  public void setUp() throws IOException {
    ConceptDataset dataset = BrodenDataset.open(Path.of(data));
    for (int i = 0; i < IMAGES; i++) {
      Path path = dataset.photograph(dataset.images().get(i));
      files[i] = Files.readAllBytes(path);
      photographs[i] = Photographs.read(path);
    }
  }

  /** What a run does. */
  @Benchmark
  @OperationsPerInvocation(IMAGES)
  public int decode() throws IOException {
    int sum = 0;
    for (byte[] file : files) {
      sum += Photographs.decode(file, "photograph").rgb()[0];
    }
    return sum;
  }

  /** ImageIO as everyone calls it. */
  @Benchmark
  @OperationsPerInvocation(IMAGES)
  public int naiveDecode() throws IOException {
    int sum = 0;
    for (byte[] file : files) {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
      byte[] rgb = new byte[3 * image.getHeight() * image.getWidth()];
      for (int y = 0, at = 0; y < image.getHeight(); y++) {
        for (int x = 0; x < image.getWidth(); x++) {
          int pixel = image.getRGB(x, y);
          rgb[at++] = (byte) (pixel >> 16);
          rgb[at++] = (byte) (pixel >> 8);
          rgb[at++] = (byte) pixel;
        }
      }
      sum += rgb[0];
    }
    return sum;
  }

  /** What a run does where the network's input has another size. */
  @Benchmark
  @OperationsPerInvocation(IMAGES)
  public int resize() {
    int sum = 0;
    for (Photograph photograph : photographs) {
      sum += photograph.resized(SIDE, SIDE).rgb()[0];
    }
    return sum;
  }

  /** The same filter in the plainest way. */
  @Benchmark
  @OperationsPerInvocation(IMAGES)
  public int naiveResize() {
    int sum = 0;
    for (Photograph photograph : photographs) {
      byte[] rgb = new byte[3 * SIDE * SIDE];
      for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
          for (int channel = 0; channel < 3; channel++) {
            rgb[3 * (y * SIDE + x) + channel] =
                (byte) Math.round(filtered(photograph, y, x, channel));
          }
        }
      }
      sum += rgb[0];
    }
    return sum;
  }

  private static double filtered(Photograph photograph, int y, int x, int channel) {
    double scaleY = Math.max(1, (double) photograph.height() / SIDE);
    double scaleX = Math.max(1, (double) photograph.width() / SIDE);
    double centreY = (y + 0.5) * photograph.height() / SIDE - 0.5;
    double centreX = (x + 0.5) * photograph.width() / SIDE - 0.5;
    double sum = 0;
    double weights = 0;
    for (int sourceY = (int) Math.ceil(centreY - scaleY); sourceY <= centreY + scaleY; sourceY++) {
      for (int sourceX = (int) Math.ceil(centreX - scaleX);
          sourceX <= centreX + scaleX;
          sourceX++) {
        if (sourceY >= 0
            && sourceY < photograph.height()
            && sourceX >= 0
            && sourceX < photograph.width()) {
          double weight =
              (1 - Math.abs(sourceY - centreY) / scaleY)
                  * (1 - Math.abs(sourceX - centreX) / scaleX);
          int at = 3 * (sourceY * photograph.width() + sourceX) + channel;
          sum += weight * (photograph.rgb()[at] & 0xff);
          weights += weight;
        }
      }
    }
    return sum / weights;
  }
}
