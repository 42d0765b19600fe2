import { describe, expect, it } from "vitest";
import { pictureProblem } from "../../monitoring/tablet/client/pictures.ts";

const file = (...bytes: number[]): Blob => new Blob([new Uint8Array(bytes)]);
const letters = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

describe("a chosen file", () => {
  it.each([
    ["JPEG", file(0xff, 0xd8, 0xff, 0xe0)],
    ["PNG", file(0x89, ...letters("PNG"))],
    ["WebP", file(...letters("RIFF....WEBP"))],
    ["HEIC", file(0, 0, 0, 24, ...letters("ftypheic"))],
  ])("may be a photo: %s", async (_kind, photo) => expect(await pictureProblem(photo)).toBeNull());

  it.each([
    ["a letter", file(...letters("Dear authority,"))],
    ["a PDF", file(...letters("%PDF-1.7"))],
    ["a film", file(0, 0, 0, 24, ...letters("ftypisom"))],
    ["nothing", file()],
  ])("is no photo: %s", async (_kind, other) => expect(await pictureProblem(other)).toContain("not a picture"));

  it("may be too large", async () => expect(await pictureProblem(new Blob([new Uint8Array(20_000_001)]))).toContain("larger than 20 MB"));
});
