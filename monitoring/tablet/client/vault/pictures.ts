// Photos are made smaller here, which also drops where and with what they were taken.

import type { Bytes } from "../codec.ts";

const LONGEST_SIDE = 2400;
const SHOWN_SIDE = 480;
const QUALITY = 0.85;

export class NoPicture extends Error {}

export interface Shrunk {
  sent: Bytes;
  /** A small one to look at on this tablet; none when this browser cannot read the format. */
  shown: Bytes | null;
}

export async function shrink(file: Blob): Promise<Shrunk> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!picture) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (!isHeic(bytes)) throw new NoPicture();
    return { sent: bytes, shown: null };
  }
  const sent = await drawn(picture, LONGEST_SIDE);
  const shown = await drawn(picture, SHOWN_SIDE);
  picture.close();
  return { sent, shown };
}

async function drawn(picture: ImageBitmap, longest: number): Promise<Bytes> {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
  const context = canvas.getContext("2d");
  if (!context) throw new NoPicture();
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  return new Uint8Array(await blob.arrayBuffer());
}

/** Phones write HEIC; the server reads it even where this browser does not. */
function isHeic(bytes: Bytes): boolean {
  return String.fromCharCode(...bytes.subarray(4, 8)) === "ftyp";
}
