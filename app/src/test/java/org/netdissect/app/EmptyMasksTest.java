package org.netdissect.app;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.netdissect.base.files.NpyWriter;

/** Why units that are active have no mask. */
class EmptyMasksTest {
  private static final int CELLS = 16;

  @TempDir Path folder;

  /** One unit shares its largest value too often, one has a single cell above its threshold. */
  @Test
  void sharedValuesAndFewCellsAreToldApart() throws IOException {
    Path maps = folder.resolve("maps.npy");
    try (NpyWriter out = new NpyWriter(maps, 2, 2, 4, 4)) {
      for (int image = 0; image < 2; image++) {
        float[] rows = new float[2 * CELLS];
        for (int cell = 0; cell < CELLS; cell++) {
          rows[cell] = cell < 8 ? 1 : 0;
          rows[CELLS + cell] = 0;
        }
        rows[CELLS + 5] = image == 0 ? 1 : 0.99f;
        out.write(rows);
      }
    }
    for (String name : List.of("a/x.png", "b/y.png")) {
      Path photo = folder.resolve("photos").resolve(name);
      Files.createDirectories(photo.getParent());
      BufferedImage picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
      ImageIO.write(picture, "png", photo.toFile());
    }
    Path list = folder.resolve("list.txt");
    Files.write(list, List.of("a/x.png", "b/y.png"));
    String said =
        InProcess.run(
            "run",
            "--activations",
            "c=" + maps,
            "--images",
            list,
            "--data",
            folder.resolve("photos"),
            "--input-size",
            "32,32",
            "--quantile",
            "0.05",
            "--no-report",
            "--out",
            folder.resolve("out"));
    assertTrue(
        said.contains("1 unit active with an empty mask: the largest value is shared"), said);
    assertTrue(said.contains("1 unit active with a mask too small to hold a pixel"), said);
    assertTrue(said.contains("threshold (1)"), said);
  }
}
