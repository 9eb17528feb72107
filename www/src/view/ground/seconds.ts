// Drawing anew as time goes by.

import { useEffect, useReducer } from "preact/hooks";

/** Draws the calling component anew each second. */
export function useSeconds(): void {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => redraw(undefined as never), 1_000);
    return () => clearInterval(timer);
  }, []);
}
