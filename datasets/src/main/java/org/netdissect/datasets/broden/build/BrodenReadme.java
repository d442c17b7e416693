package org.netdissect.datasets.broden.build;

import java.nio.file.Path;
import org.netdissect.base.Text;
import org.netdissect.datasets.reading.ColorNames;
import org.netdissect.datasets.reading.Folders;

/** What README.txt says: how the data set was built, and what is in it. No time, no path. */
final class BrodenReadme {
  private BrodenReadme() {}

  static String of(
      Path folder,
      BuildPlan plan,
      BrodenBuild.Options options,
      ColorNames colours,
      LabelNumbers numbers) {
    String title = Text.oneLine(Folders.nameOf(folder)) + " joined segmentation data set";
    StringBuilder text = new StringBuilder();
    text.append(title).append('\n').append("=".repeat(title.length())).append('\n');
    text.append("Joins the following data sets:\n");
    for (BrodenSource source : plan.sources()) {
      text.append("    ").append(source.name()).append(": ").append(source.size());
      text.append(" images (").append(source.title()).append(")\n");
    }
    text.append("size: (").append(options.size()).append(", ").append(options.size());
    text.append(")\nsegmentation_size: (").append(options.side()).append(", ");
    text.append(options.side()).append(")\n");
    text.append("splits: train 0.7, val 0.3, by the MD5 of the image's name\n");
    text.append("min_frequency: ").append(options.minImages()).append('\n');
    text.append("min_coverage: ").append(options.minCoverage()).append('\n');
    text.append("labels: ").append(numbers.count()).append('\n');
    text.append("colours: ");
    text.append(
        options.colorTable() == null
            ? "by netdissect's own table, not the one that Broden was made with\n"
            : "by the table " + colours.key() + "\n");
    text.append("border of masks: ");
    text.append(
        options.compat()
            ? "blank where the original's resampling leaves it blank\n"
            : "as the maps have it\n");
    text.append(FILES);
    return text.toString();
  }

  private static final String FILES =
      """

      Built by netdissect. The folder holds:

          images/<source>/
              the photographs, all of one size (JPEG), and masks (PNG), whose pixels mean
              label number red + 256 green; 0 is no label.

          index.csv
              image,split,ih,iw,sh,sw, then a column for each category
              A row for each image: its path below images/, whether it is to train on or to
              validate with, height and width of photograph and masks, and its labels. A cell
              holds numbers of labels of the whole image and paths of masks, with semicolons
              between, dominant ones first. A number of 0 is a label that was dropped.

          label.csv
              number,name,category,frequency,coverage,syns
              The labels: in how many images of which category each is, what it covers in whole
              images, and other names for it.

          category.csv
              name,first,last,count,frequency
              The categories: their lowest and highest label number, how many labels, and in how
              many images those are, summed.

          c_<category>.csv
              code,number,name,frequency,coverage
              The labels of one category, numbered without gaps.

          syns.txt
              Which labels of the sources each name stands for, in how many images, and what the
              sources call them.
      """;
}
