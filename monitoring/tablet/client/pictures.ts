// Whether a chosen file can be a photo, by its first bytes and its size; the server looks again, closely.

import { t } from "./texts.ts";

const LARGEST_BYTES = 20_000_000;
const FIRST_BYTES = [/^\xff\xd8\xff/, /^\x89PNG/, /^RIFF[^]{4}WEBP/, /^[^]{4}ftyp(heic|heix|heim|heis|hevc|mif1|msf1)/];

/** What is wrong with the file, as a sentence; null when nothing is. */
export async function pictureProblem(file: Blob): Promise<string | null> {
  if (file.size > LARGEST_BYTES) return t("This photo is larger than 20 MB. Take it again with a smaller size.");
  const first = String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()));
  if (FIRST_BYTES.some((pattern) => pattern.test(first))) return null;
  return t("This file is not a picture that can be read. Take the photo again, or choose a JPEG, PNG, WebP or HEIC file.");
}
