// A Chromium and the chromedriver that belongs to it: the same major version, or neither starts the other. And a Firefox.

import { ask, find } from "./child.mjs";
import { installPackages } from "./debian.mjs";
import { Failure } from "./failure.mjs";

const browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The chromedriver to use, or undefined. A choice made in the environment goes first. */
export function findDriver() {
  return process.env.CHROMEDRIVER || find("chromedriver");
}

/** The path of a Chromium, or undefined. A choice made in the environment goes first. */
export function findBrowser() {
  return process.env.CHROMIUM || browsers.map((name) => find(name)).find((path) => path !== undefined);
}

function matches() {
  const driver = findDriver();
  const wanted = driver && major(driver);
  return wanted !== undefined && browsers.some((name) => find(name) && major(name) === wanted);
}

/** @param {string} program */
function major(program) {
  return /(\d+)\.\d+\.\d+/.exec(ask(program, ["--version"]) ?? "")?.[1];
}

export async function setUpBrowser() {
  if (matches()) return;
  const why = "Chromium and a chromedriver of the same version are missing (tests run in them)";
  await installPackages(why, [["chromium", "chromium-driver"]]);
  if (!matches()) throw new Failure(`${why}: install both so that they are in PATH, then run this again.`);
}

const firefoxes = ["firefox-esr", "firefox"];

/** The path of a Firefox, or undefined. */
export function findFirefox() {
  return firefoxes.map((name) => find(name)).find((path) => path !== undefined);
}

export async function setUpFirefox() {
  if (findFirefox() !== undefined) return;
  const why = "Firefox is missing (a story, a reload and a kill are tested in it)";
  await installPackages(why, [["firefox-esr"], ["firefox"]]);
  if (findFirefox() === undefined) throw new Failure(`${why}: install it so that it is in PATH, then run this again.`);
}
