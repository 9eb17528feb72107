// One frame of a stream: when, of what kind, and what it says; bytes are told by their size.

import { memo } from "preact/compat";
import type { StreamFrame } from "tidegate";
import { bytes, moment } from "../ground/format.js";

/** A frame does not change. */
export const FrameLine = memo(function FrameLine({ frame }: { frame: StreamFrame }) {
  const { kind, mode, frameType, ts, text } = frame;
  return (
    <li class={`frame ${kind}`} data-frame={frame.id} data-frame-kind={kind}>
      <span class="number quiet">{moment(ts)}</span>
      <span class="frame-kind">{mode === "summary" ? "summary" : kind}</span>
      {text === undefined ? (
        <span class="quiet">
          {frameType === kind ? "" : `${frameType}, `}
          {bytes(frame.bytes.length)}
        </span>
      ) : (
        <span class="frame-text">{text.replace(/\n$/, "")}</span>
      )}
    </li>
  );
});
