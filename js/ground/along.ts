// The compiled engine where the host compiles it along with the script. `npm run build` puts it here for edge runtimes, which
// compile nothing later; elsewhere there is none.

export const along: WebAssembly.Module | null = null;
