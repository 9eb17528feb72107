// The darkroom, a thread of its own: computes strips of a picture, and packs each and all of them up as small images.

import { HEIGHT, paintStrip, WIDTH } from "./seascape.js";

/** A strip to develop, or the strips to dry. */
export type DarkroomRequest = { order: number; strip: number; strips: number } | { dry: readonly Uint8Array[] };

/** A strip as a small image, or the picture as a data URL, where this browser can make one. */
export interface DarkroomAnswer {
  bytes?: Uint8Array;
  picture?: string;
}

/** A strip takes at least this long, so that a visitor can watch: the bath does not hurry. */
const STRIP_MS_MIN = 380;
/** Strips are packed up twice, so the first time loses next to nothing. */
const STRIP_QUALITY = 0.95;
const PICTURE_QUALITY = 0.8;

addEventListener("message", async ({ data }: MessageEvent<{ id: number; request: DarkroomRequest }>) => {
  const answer = "dry" in data.request ? await dry(data.request.dry) : await develop(data.request);
  postMessage({ id: data.id, ...answer });
});

async function develop(request: { order: number; strip: number; strips: number }): Promise<DarkroomAnswer> {
  const bath = new Promise((resolve) => setTimeout(resolve, STRIP_MS_MIN));
  const strip = new ImageData(paintStrip(request.order, request.strip, request.strips), WIDTH);
  const blob = await packed(WIDTH, strip.height, STRIP_QUALITY, (context) => context.putImageData(strip, 0, 0));
  await bath;
  return blob ? { bytes: new Uint8Array(await blob.arrayBuffer()) } : {};
}

async function dry(strips: readonly Uint8Array[]): Promise<DarkroomAnswer> {
  const images = await Promise.all(strips.map((bytes) => createImageBitmap(new Blob([new Uint8Array(bytes)]))));
  const blob = await packed(WIDTH, HEIGHT, PICTURE_QUALITY, (context) => {
    let top = 0;
    for (const image of images) {
      context.drawImage(image, 0, top);
      top += image.height;
    }
  });
  if (!blob) return {};
  return { picture: `data:${blob.type};base64,${base64(new Uint8Array(await blob.arrayBuffer()))}` };
}

/** What is drawn, as an image. */
async function packed(
  width: number,
  height: number,
  quality: number,
  draw: (context: OffscreenCanvasRenderingContext2D) => void,
): Promise<Blob | undefined> {
  if (typeof OffscreenCanvas === "undefined") return undefined;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) return undefined;
  draw(context);
  return canvas.convertToBlob({ type: "image/webp", quality });
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
