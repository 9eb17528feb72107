// Numbers as people read them.

export function seconds(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < 100) return `${Math.round(whole)} ms`;
  if (whole < 59_950) return `${(whole / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(whole / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((whole % 60_000) / 1_000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Whole seconds that are left, never less than 1. */
export function countdown(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1_000))} s`;
}

/** How long ago something was, in whole seconds. */
export function ago(ms: number): string {
  if (ms < 1_000) return "just now";
  return `${ms < 60_000 ? `${Math.floor(ms / 1_000)} s` : seconds(ms)} ago`;
}

/** What is left of a lease: never "0 s", and in words when it is over. */
export function leaseLeft(ms: number): string {
  return ms > 0 ? `${countdown(ms)} left` : "lapsed";
}

export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = count;
  let unit = -1;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** The time of day; with the day where that is not today. */
export function instant(at: number): string {
  const date = new Date(at);
  const time = CLOCK.format(date);
  return date.toDateString() === new Date().toDateString() ? time : `${DAY.format(date)}, ${time}`;
}

const MOMENT = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 1,
});

/** The time of day, to a tenth of a second. */
export function moment(at: number): string {
  return MOMENT.format(new Date(at));
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
