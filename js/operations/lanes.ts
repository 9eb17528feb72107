// Lanes: opening, closing and listing them.

import { type CallOptions, given, parted, type Send } from "../calls/send.js";
import type { LanePage, LaneState, ListLanesArgs, SetLaneStateAnswer } from "../types.generated.js";

/** Opening, closing and listing lanes. */
export class Lanes {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Sets what a lane lets through: `active`, `paused` (no claims), `draining` (no creates), `disabled` (neither). */
  async setState(lane: string, state: LaneState, options: CallOptions = {}): Promise<SetLaneStateAnswer> {
    const [args, extra] = parted("options", options);
    return (await this.#send("set_lane_state", { ...args, lane, state }, extra)) as SetLaneStateAnswer;
  }

  /** A page of lanes, by name. */
  async list(args: ListLanesArgs = {}): Promise<LanePage> {
    return (await this.#send("list_lanes", given("options", args))) as LanePage;
  }
}
