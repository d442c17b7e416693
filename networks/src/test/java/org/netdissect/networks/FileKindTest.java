package org.netdissect.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileKindTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "m.h5, \\x89HDF\\x0d\\x0a\\x1a\\x0a, HDF5, tf2onnx",
    "m.keras, PK\\x03\\x04xxxxxxxxxx, KERAS, Keras",
    "m.bin, PK\\x03\\x04xxxx metadata.json, KERAS, Keras",
    "m.pt, PK\\x03\\x04xxxxxxxxxxarchive/data.pkl, PYTORCH, torch.onnx.export",
    "m.pth, \\x80\\x02\\x8a\\x0al, PYTORCH, torch.onnx.export",
    "m.safetensors, '\\x40\\x00\\x00\\x00\\x00\\x00\\x00\\x00{\"a\":{}}', SAFETENSORS, weights only",
    "m.tflite, \\x1c\\x00\\x00\\x00TFL3xxxx, TENSORFLOW_LITE, tflite",
    "m.pb, \\x0a\\x10\\x0a\\x04conv\\x12\\x04Conv, TENSORFLOW, tf2onnx",
    "m.gguf, GGUF\\x03\\x00\\x00\\x00, GGUF, GGUF",
    "m.onnx.gz, \\x1f\\x8b\\x08\\x00, GZIP, gzip",
    "m.xml, <?xml version=\"1.0\"?><net>, OPENVINO, OpenVINO",
    "m.html, <!DOCTYPE html><html>, HTML, web page",
    "m.onnx, version https://git-lfs.github.com/spec/v1, GIT_LFS, git lfs pull",
    "net.txt, name: \"x\" layer { name: \"y\" }, CAFFE_TEXT, --weights",
    "m.caffemodel, \\x0a\\x03net\\xa2\\x06\\x02\\x08, CAFFE_WEIGHTS, --weights",
    "m.npz, PK\\x03\\x04xxxx, NUMPY, NumPy",
  })
  void isToldAndSaidWhereAModelIsWanted(String name, String bytes, FileKind kind, String said)
      throws IOException {
    Path file = Files.write(folder.resolve(name), unescaped(bytes));
    assertEquals(kind, FileKind.of(file));
    String message = assertThrows(ModelException.class, () -> Network.open(file)).getMessage();
    assertTrue(message.contains(said) && message.startsWith(file.toString()), message);
  }

  @Test
  void folders() throws IOException {
    assertEquals(FileKind.FOLDER, FileKind.of(folder));
    Files.createFile(folder.resolve("saved_model.pb"));
    assertEquals(FileKind.TENSORFLOW, FileKind.of(folder));
    String message = assertThrows(ModelException.class, () -> Network.open(folder)).getMessage();
    assertTrue(message.contains("tf2onnx"), message);
  }

  @Test
  void modelsAreNothingElse() throws IOException {
    assertEquals(FileKind.OTHER, FileKind.of(TestModels.tiny(1).write(folder.resolve("a.onnx"))));
    assertEquals(FileKind.OTHER, FileKind.of(TestModels.tiny(1).write(folder.resolve("a.pb"))));
    assertEquals(FileKind.EMPTY, FileKind.of(Files.createFile(folder.resolve("empty"))));
  }

  private static byte[] unescaped(String text) {
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith("\\x", i)) {
        bytes.append((char) Integer.parseInt(text.substring(i + 2, i + 4), 16));
        i += 3;
      } else {
        bytes.append(text.charAt(i));
      }
    }
    return bytes.toString().getBytes(StandardCharsets.ISO_8859_1);
  }
}
