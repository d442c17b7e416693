package org.netdissect.concepts;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.netdissect.base.DataException;
import org.netdissect.pictures.Frame;
import org.netdissect.pictures.Framing;

/**
 * Another data set as a network sees it that photographs are cropped for: mask pixels whose centre
 * is cut off have no label. Labels of whole images are those of what is seen. Masks keep their
 * sizes.
 */
public final class CroppedDataset extends ForwardingDataset {
  private final int inputHeight;
  private final int inputWidth;

  /**
   * A view of a data set.
   *
   * @param inputHeight pixels of the network's input
   * @param inputWidth pixels of the network's input
   */
  public CroppedDataset(ConceptDataset data, int inputHeight, int inputWidth) {
    super(data);
    this.inputHeight = inputHeight;
    this.inputWidth = inputWidth;
  }

  @Override
  public AnnotatedImage annotate(ImageRow image) throws DataException {
    AnnotatedImage whole = super.annotate(image);
    if (image.photoHeight() < 1 || image.photoWidth() < 1) {
      // It cannot be read and takes no part.
      return whole;
    }
    Frame frame =
        Framing.CROP.frame(image.photoHeight(), image.photoWidth(), inputHeight, inputWidth);
    Window window = new Window(frame, whole.maskHeight(), whole.maskWidth());
    if (window.isWhole()) {
      return whole;
    }
    List<AnnotatedImage.LabelMap> maps = new ArrayList<>();
    for (AnnotatedImage.LabelMap map : whole.maps()) {
      maps.add(new AnnotatedImage.LabelMap(map.category(), window.of(map.labels())));
    }
    for (AnnotatedImage.WholeLabel label : whole.wholeLabels()) {
      maps.add(new AnnotatedImage.LabelMap(label.category(), window.of((char) label.number())));
    }
    return new AnnotatedImage(
        whole.maskHeight(), whole.maskWidth(), maps, List.of(), whole.dataCategories());
  }

  /** The part of a mask grid that is seen. */
  private record Window(int height, int width, int top, int bottom, int left, int right) {
    Window(Frame frame, int height, int width) {
      this(
          height,
          width,
          frame.y().firstSeen(height),
          frame.y().endSeen(height),
          frame.x().firstSeen(width),
          frame.x().endSeen(width));
    }

    boolean isWhole() {
      return top == 0 && left == 0 && bottom == height && right == width;
    }

    char[] of(char[] labels) {
      char[] seen = new char[labels.length];
      for (int y = top; y < bottom; y++) {
        System.arraycopy(labels, y * width + left, seen, y * width + left, right - left);
      }
      return seen;
    }

    char[] of(char label) {
      char[] seen = new char[height * width];
      for (int y = top; y < bottom; y++) {
        Arrays.fill(seen, y * width + left, y * width + right, label);
      }
      return seen;
    }
  }

  @Override
  public String key() {
    return super.key() + " cropped to " + inputHeight + "x" + inputWidth;
  }
}
