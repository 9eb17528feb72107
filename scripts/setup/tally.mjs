// How many tests passed and failed, read from what test programs print: cargo and wasm-bindgen ("test result: ...") and
// node --test ("pass 3" and "fail 0" lines).

export class Tally {
  passed = 0;
  failed = 0;
  #rest = "";

  /**
   * Reads the next piece of a program's output; a line may arrive in parts.
   * @param {string} text
   */
  read(text) {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#count(line);
  }

  /** @param {string} line */
  #count(line) {
    const rust = /test result: .*?(\d+) passed; (\d+) failed/.exec(line);
    const node = /^\S* ?(pass|fail) (\d+)\s*$/.exec(line);
    this.passed += Number(rust?.[1] ?? (node?.[1] === "pass" ? node[2] : 0));
    this.failed += Number(rust?.[2] ?? (node?.[1] === "fail" ? node[2] : 0));
  }
}
