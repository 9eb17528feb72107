// Why something was skipped, in words.

const SAYS: Readonly<Record<string, string>> = {
  not_needed: "not needed: nothing that it is for has failed",
  dependency_impossible: "what it depends on did not come about",
};

/** The words for a reason of the engine's; any other is in words already. */
export function reasonWordsOf(reason: string): string {
  return Object.hasOwn(SAYS, reason) ? (SAYS[reason] ?? reason) : reason;
}
