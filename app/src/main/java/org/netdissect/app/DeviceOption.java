package org.netdissect.app;

import org.netdissect.base.Text;
import org.netdissect.networks.Device;
import org.netdissect.networks.ModelException;
import picocli.CommandLine.Option;

/** What computes the network. */
final class DeviceOption {
  @Option(
      names = "--device",
      paramLabel = "cpu|cuda[:N]|auto",
      defaultValue = "cpu",
      description =
          "What computes the network: the processor, a GPU of NVIDIA (needs a build with the profile"
              + " 'cuda'), or a GPU if it can be used. Default: ${DEFAULT-VALUE}.")
  private String device = "cpu";

  /**
   * The device, tried out.
   *
   * @throws ModelException if it is asked for and cannot be used
   */
  Device device(TerminalProgress progress) throws ModelException {
    if (!device.equals("auto")) {
      Device asked = asked();
      asked.require();
      return asked;
    }
    try {
      Device.CUDA.require();
      progress.say("device: " + Device.CUDA);
      return Device.CUDA;
    } catch (ModelException e) {
      progress.say("device: cpu; " + e.getMessage());
      return Device.CPU;
    }
  }

  private Device asked() {
    try {
      return Device.parse(device);
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "device '" + Text.oneLine(device) + "' is not one of cpu, cuda, cuda:N, auto");
    }
  }
}
