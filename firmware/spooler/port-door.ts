// What a spooler asks before it takes a monitor, settings of a port, or a port's name: the node's
// own spooler takes all, a group only what does not depend on one box.
import type { JsonValue, MonitorModule } from '../../monitors/contract.ts';
import type { Refusal } from '../errors/codes.ts';

export interface PortDoor {
  refuseMonitor(module: MonitorModule): Refusal | undefined;
  /** `portName` is undefined where the settings make a port. */
  refuseSettings(
    module: MonitorModule,
    portName: string | undefined,
    input: JsonValue,
  ): Promise<Refusal | undefined>;
  /**
   * Of a port that this spooler does not have: why it can't have it; undefined: nobody knows it.
   */
  refuseStrangePort(name: string): Promise<Refusal | undefined>;
}
