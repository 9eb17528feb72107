// Lanes: opening, closing and listing them.

import type { CallOptions, Send } from "../calls/send.js";
import type { LanePage, LaneState, ListLanesArgs, SetLaneStateAnswer } from "../types.generated.js";

/** Opening, closing and listing lanes. */
export class Lanes {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Sets what a lane lets through: `active`, `paused` (no claims), `draining` (no creates), `disabled` (neither). */
  async setState(lane: string, state: LaneState, { requestId }: CallOptions = {}): Promise<SetLaneStateAnswer> {
    return (await this.#send("set_lane_state", { lane, state }, { requestId })) as SetLaneStateAnswer;
  }

  /** A page of lanes, by name. */
  async list(args: ListLanesArgs = {}): Promise<LanePage> {
    return (await this.#send("list_lanes", { ...args })) as LanePage;
  }
}
