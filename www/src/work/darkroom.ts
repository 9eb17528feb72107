// The darkroom, a thread of its own: computes strips of a picture and packs them up as one small image.

import { HEIGHT, paintStrip, WIDTH } from "./seascape.js";

/** A strip to develop, or the strips to dry. */
export type DarkroomRequest =
  | { order: number; strip: number; strips: number }
  | { dry: Uint8ClampedArray<ArrayBuffer>[] };

/** A strip's pixels, or the picture as a data URL where this browser can make one. */
export interface DarkroomAnswer {
  pixels?: Uint8ClampedArray<ArrayBuffer>;
  picture?: string;
}

/** A strip takes at least this long, so that a visitor can watch: the bath does not hurry. */
const STRIP_MS_MIN = 380;

addEventListener("message", async ({ data }: MessageEvent<{ id: number; request: DarkroomRequest }>) => {
  const answer = "dry" in data.request ? await dry(data.request.dry) : await develop(data.request);
  postMessage({ id: data.id, ...answer });
});

async function develop(request: { order: number; strip: number; strips: number }): Promise<DarkroomAnswer> {
  const bath = new Promise((resolve) => setTimeout(resolve, STRIP_MS_MIN));
  const pixels = paintStrip(request.order, request.strip, request.strips);
  await bath;
  return { pixels };
}

async function dry(strips: Uint8ClampedArray<ArrayBuffer>[]): Promise<DarkroomAnswer> {
  if (typeof OffscreenCanvas === "undefined") return {};
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext("2d");
  let top = 0;
  for (const pixels of strips) {
    const strip = new ImageData(pixels, WIDTH);
    context?.putImageData(strip, 0, top);
    top += strip.height;
  }
  const blob = await canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
  return { picture: `data:${blob.type};base64,${base64(new Uint8Array(await blob.arrayBuffer()))}` };
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
