// Which part of a list is shown, and the way to the parts before and after it.

interface PagerProps {
  /** What is listed, as in "flows". */
  readonly what: string;
  /** How many stand before those that are shown. */
  readonly first: number;
  readonly shown: number;
  readonly page: number;
  readonly total: number;
  readonly onTurn: (first: number) => void;
}

export function Pager({ what, first, shown, page, total, onTurn }: PagerProps) {
  if (total <= page) return null;
  const turn = (to: number) => {
    if (to >= 0 && to < total) onTurn(to);
  };
  return (
    <nav class="more" aria-label={`Pages of ${what}`}>
      <button
        type="button"
        class="small"
        aria-disabled={first === 0}
        aria-label={`Previous ${what}`}
        onClick={() => turn(first - page)}
      >
        Previous
      </button>
      <span class="number">
        {first + 1} to {first + shown} of {total}
      </span>
      <button
        type="button"
        class="small"
        aria-disabled={first + page >= total}
        aria-label={`Next ${what}`}
        onClick={() => turn(first + page)}
      >
        Next
      </button>
    </nav>
  );
}
