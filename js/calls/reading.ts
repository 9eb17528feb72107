// Files among the payloads of a call: they are read before it joins a batch.

import { isFile, read } from "../ground/files.js";

/** The fields that may hold a file. */
const FIELDS = ["input", "result"];

/**
 * Begins to read the files of a call; their bytes take their places. Undefined where there are none. The arguments are
 * the package's own copy, and so are the members of a flow.
 */
export function filesRead(op: string, args: Record<string, unknown>): Promise<unknown> | undefined {
  const reads: Promise<unknown>[] = [];
  const begin = (holder: Record<string, unknown>, path: string) => {
    for (const field of FIELDS) {
      const file = holder[field];
      if (isFile(file)) reads.push(read(path + field, file).then((bytes) => (holder[field] = bytes)));
    }
  };
  begin(args, "");
  const members = op === "submit_flow" ? (args.members as Record<string, unknown>[]) : [];
  for (const [place, member] of members.entries()) begin(member, `members[${place}].`);
  return reads.length === 0 ? undefined : Promise.all(reads);
}
