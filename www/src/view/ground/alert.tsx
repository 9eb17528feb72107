// A full-width alert: what is wrong, and what to do.

import type { ComponentChildren } from "preact";

interface AlertProps {
  readonly heading: string;
  /** Tells alerts apart, for those who look for one. */
  readonly code: string;
  readonly children: ComponentChildren;
}

export function Alert({ heading, code, children }: AlertProps) {
  return (
    <section class="alert" role="alert" data-alert={code}>
      <h2 tabIndex={-1}>{heading}</h2>
      {children}
    </section>
  );
}
