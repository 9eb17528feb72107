// What the page's address asks for: ?name=, ?durability= and ?storage=.

export interface Address {
  readonly storage: "opfs" | "memory";
  readonly name: string;
  readonly durability: "strict" | "relaxed";
}

/** What the address asks for, or what is wrong with it, in a sentence. */
export type AddressReading = { readonly address: Address } | { readonly problem: string };

const NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

export function readAddress(search: string): AddressReading {
  const asked = new URLSearchParams(search);
  const name = asked.get("name") ?? "tidegate-demo";
  if (!NAME.test(name))
    return {
      problem: "The name is one to 64 lower-case letters, digits, hyphens and underscores, as in ?name=my-shop.",
    };
  const storage = oneOf(asked.get("storage") ?? "opfs", ["opfs", "memory"]);
  if (storage === undefined) return { problem: "The storage is opfs or memory, as in ?storage=memory." };
  const durability = oneOf(asked.get("durability") ?? "strict", ["strict", "relaxed"]);
  if (durability === undefined) return { problem: "The durability is strict or relaxed, as in ?durability=relaxed." };
  return { address: { storage, name, durability } };
}

function oneOf<const T extends string>(value: string, allowed: readonly T[]): T | undefined {
  return allowed.find((one) => one === value);
}
