// The picture of an order, pixel by pixel: a sea under a sky, drawn from noise. The same order, the same picture.

import { sceneOf } from "./order.js";

export const WIDTH = 144;
export const HEIGHT = 96;

/** Samples along each side of a pixel. */
const SAMPLES = 4;
const HORIZON = 0.46;
const ISLAND = 2;
const SAILS = 3;

type Colour = readonly [number, number, number];

interface Hour {
  readonly high: Colour;
  readonly low: Colour;
  readonly near: Colour;
  readonly far: Colour;
  readonly light: Colour;
  readonly land: Colour;
}

const HOURS: readonly Hour[] = [
  {
    high: [96, 128, 172],
    low: [250, 204, 170],
    near: [24, 66, 92],
    far: [178, 172, 176],
    light: [255, 238, 206],
    land: [58, 72, 96],
  },
  {
    high: [72, 150, 206],
    low: [206, 232, 240],
    near: [6, 84, 112],
    far: [96, 178, 194],
    light: [255, 255, 240],
    land: [48, 102, 88],
  },
  {
    high: [58, 52, 104],
    low: [255, 150, 92],
    near: [28, 28, 66],
    far: [216, 118, 92],
    light: [255, 214, 140],
    land: [38, 30, 58],
  },
  {
    high: [6, 14, 38],
    low: [34, 62, 98],
    near: [3, 12, 30],
    far: [38, 72, 104],
    light: [226, 236, 255],
    land: [6, 14, 28],
  },
];

interface Scene {
  readonly seed: number;
  readonly motif: number;
  readonly hour: Hour;
  readonly sunX: number;
  readonly sunY: number;
}

function sceneFor(order: number): Scene {
  const { motif, hour } = sceneOf(order);
  const palette = HOURS[hour] ?? HOURS[0];
  if (!palette) throw new Error("there is no such hour");
  return {
    seed: order * 131,
    motif,
    hour: palette,
    sunX: 0.28 + 0.44 * chance(order, 1, 7),
    sunY: HORIZON - 0.08 - 0.24 * chance(order, 2, 7),
  };
}

/** The pixels of one of so many strips, from the top. */
export function paintStrip(order: number, strip: number, strips: number): Uint8ClampedArray<ArrayBuffer> {
  const scene = sceneFor(order);
  const top = Math.floor((HEIGHT * strip) / strips);
  const rows = Math.floor((HEIGHT * (strip + 1)) / strips) - top;
  const pixels = new Uint8ClampedArray(WIDTH * rows * 4);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < WIDTH; column++)
      pixels.set(paintPixel(scene, column, top + row), (row * WIDTH + column) * 4);
  return pixels;
}

function paintPixel(scene: Scene, column: number, row: number): [number, number, number, number] {
  const sum = [0, 0, 0] as [number, number, number];
  for (let at = 0; at < SAMPLES * SAMPLES; at++) {
    const x = (column + ((at % SAMPLES) + 0.5) / SAMPLES) / WIDTH;
    const y = (row + (Math.floor(at / SAMPLES) + 0.5) / SAMPLES) / HEIGHT;
    const colour = y < HORIZON ? sky(scene, x, y) : sea(scene, x, y);
    for (const part of [0, 1, 2] as const) sum[part] += colour[part];
  }
  const count = SAMPLES * SAMPLES;
  return [sum[0] / count, sum[1] / count, sum[2] / count, 255];
}

function sky(scene: Scene, x: number, y: number): Colour {
  const { hour, seed } = scene;
  if (scene.motif === ISLAND && y > HORIZON - ridge(seed, x)) return hour.land;
  if (scene.motif === SAILS && isSail(scene, x, y)) return mix(hour.light, hour.low, 0.15);
  const clear = mix(hour.high, hour.low, (y / HORIZON) ** 1.6);
  const far = distance(scene, x, y);
  if (far < 0.055) return hour.light;
  const glow = mix(clear, hour.light, 0.55 * Math.exp(-far * 7));
  const cloud = Math.max(0, clouds(seed, x * 3, y * 11) - 0.52) * 1.5;
  return mix(glow, hour.low, Math.min(cloud, 0.7));
}

function sea(scene: Scene, x: number, y: number): Colour {
  const { hour, seed } = scene;
  const depth = (y - HORIZON) / (1 - HORIZON);
  const steep = scene.motif === 1 ? 1 : 0.55;
  const wave = clouds(seed + 17, (x - 0.5) / (depth + 0.12) + 9, 5 / (depth + 0.14));
  const water = mix(hour.far, hour.near, Math.min(1, depth ** 0.7 + (wave - 0.5) * steep));
  const path = Math.exp(-Math.abs(x - scene.sunX) * (16 - 9 * depth));
  return mix(water, hour.light, Math.max(0, path * (wave * 1.9 - 0.5)));
}

function distance(scene: Scene, x: number, y: number): number {
  return Math.hypot((x - scene.sunX) * (WIDTH / HEIGHT), y - scene.sunY);
}

function ridge(seed: number, x: number): number {
  const middle = 0.2 + 0.6 * chance(seed, 3, 3);
  return 0.2 * Math.exp(-(((x - middle) / 0.16) ** 2)) * (0.65 + 0.6 * clouds(seed, x * 9, 3)) - 0.006;
}

function isSail(scene: Scene, x: number, y: number): boolean {
  for (const boat of [0, 1, 2]) {
    const middle = 0.14 + 0.3 * boat + 0.14 * chance(scene.seed, boat, 5);
    const tall = 0.1 + 0.1 * chance(scene.seed, boat, 6);
    const up = (HORIZON - y) / tall;
    if (up < 1 && x > middle && x - middle < (1 - up) * tall * 0.42) return true;
  }
  return false;
}

/** Five octaves of noise, 0 to 1. */
function clouds(seed: number, x: number, y: number): number {
  let sum = 0;
  let weight = 0.5;
  for (let octave = 0; octave < 5; octave++) {
    const scale = 2 ** octave;
    sum += weight * noise(seed + octave, x * scale, y * scale);
    weight /= 2;
  }
  return sum;
}

function noise(seed: number, x: number, y: number): number {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const right = smooth(x - left);
  const down = smooth(y - top);
  const above = blend(chance(seed, left, top), chance(seed, left + 1, top), right);
  const below = blend(chance(seed, left, top + 1), chance(seed, left + 1, top + 1), right);
  return blend(above, below, down);
}

/** A number from 0 to 1 that follows from three others. */
function chance(seed: number, x: number, y: number): number {
  let hash = Math.imul(seed, 374761393) ^ Math.imul(x, 668265263) ^ Math.imul(y, 2147483647);
  hash = Math.imul(hash ^ (hash >>> 13), 1274126177);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

function smooth(t: number): number {
  return t * t * (3 - 2 * t);
}

function blend(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

function mix(a: Colour, b: Colour, t: number): Colour {
  return [blend(a[0], b[0], t), blend(a[1], b[1], t), blend(a[2], b[2], t)];
}
