// The program of the worker, as text. `npm run build` puts it here for browsers; elsewhere there is none.

export const workerProgram: string | null = null;
