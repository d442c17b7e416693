package org.netdissect.app;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.netdissect.networks.InputSize;
import org.netdissect.networks.caffe.CaffeModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code netdissect convert-model}: a Caffe net as an ONNX file. */
@Command(
    name = "convert-model",
    description = "Writes a Caffe net as an ONNX file.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ConvertModelCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "NET.prototxt", description = "The text of the net.")
  private Path text;

  @Parameters(index = "1", paramLabel = "NET.caffemodel", description = "Its weights.")
  private Path weights;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "NET.onnx",
      description = "The file to write.")
  private Path out;

  @Option(
      names = "--input-size",
      paramLabel = "H,W",
      description = "Height and width of the image, in place of what the text says.")
  private @Nullable String inputSize;

  @Option(names = "--overwrite", description = "Replace the file that --out names.")
  private boolean overwrite;

  @Mixin private CommonOptions common;

  @Override
  public Integer call() throws IOException {
    TerminalProgress progress = new TerminalProgress(System.err, common.quiet);
    InputSize size;
    try {
      size = inputSize == null ? null : InputSize.parse(inputSize);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--input-size: " + e.getMessage());
    }
    ModelOptions.requireWritable(out, overwrite);
    CaffeModel model = CaffeModel.read(text, weights, size);
    ModelOptions.tell(model, progress);
    model.write(out);
    Output.line(out + ": written; its tensors are called as the net's blobs");
    return 0;
  }
}
