// Addresses of scripts on pages that trust no texts as such (Trusted Types).

/** A TrustedScriptURL, which the types of the language may not know. */
export interface TrustedAddress {
  toJSON(): string;
}

/** What is used of the host's Trusted Types. */
interface Types {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy;
  isScriptURL(found: unknown): boolean;
}

interface Policy {
  createScriptURL(url: string): string;
}

const types = (globalThis as { trustedTypes?: Types }).trustedTypes;
let policy: Policy | undefined;

/** What a host that trusts no texts is to do, or nothing where there is no such thing. */
export const TRUST_REMEDY =
  types === undefined
    ? ""
    : "; where the page requires a TrustedScriptURL, allow the policy of the package (trusted-types tidegate), or give workerUrl as one";

export function isTrusted(found: unknown): boolean {
  return types?.isScriptURL(found) === true;
}

/** The address of the program that the package carries, as the host wants it: nothing else is ever made trusted. */
export function trusted(url: string): string {
  try {
    policy ??= types?.createPolicy("tidegate", { createScriptURL: (url) => url });
  } catch {
    // The page does not name this policy; one of its own for all texts may stand in.
  }
  return policy?.createScriptURL(url) ?? url;
}
