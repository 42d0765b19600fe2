// Photos of a question: taken, shown small, and taken out again when the server cannot use them.

import type { App } from "../app.ts";
import { h } from "../dom.ts";
import { photoAddress } from "../network.ts";
import type { OutgoingFile } from "../storage/index.ts";
import { t } from "../texts.ts";
import { saveWhatIsTyped } from "./typing.ts";

const MOST = 5;
const LARGEST_BYTES = 20_000_000;

export interface Photos {
  app: App;
  sheet: string;
  taken: number;
  /** The camera opens: whoever comes back, even to a page that was thrown away meanwhile, comes back to this question. */
  opening: () => void;
}

export function photoButton(photos: Photos, question: string, taken: (name: string) => void): HTMLElement | null {
  if (photos.taken >= MOST) return null;
  const { app, sheet } = photos;
  const take = async (event: Event): Promise<void> => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    app.doors.locks.letGo();
    if (!file) return;
    if (file.size > LARGEST_BYTES) return say(field, t("This photo is larger than 20 MB. Take it again with a smaller size."));
    try {
      taken(await app.addPhoto(sheet, file));
    } catch (problem) {
      say(field, problem instanceof Error && problem.name === "Full" ? t("There is no room for more photos on this tablet. Answers and notes are still kept. Send what waits, then try again.") : t("This file is not a picture that can be read. Take the photo again, or choose a JPEG, PNG, WebP or HEIC file."));
    }
  };
  const opening = (): void => {
    saveWhatIsTyped();
    photos.opening();
    app.doors.locks.hold();
  };
  return h("label", { class: "button photo", onclick: opening }, t("Photo"),
    h("input", { type: "file", accept: "image/*", capture: "environment", "data-photo": question, onchange: (event: Event) => void take(event), oncancel: () => app.doors.locks.letGo() }));
}

/** Say below the question what is wrong with what was chosen. */
function say(field: HTMLInputElement, problem: string): void {
  const question = field.closest(".question");
  question?.querySelector(".photo-problem")?.remove();
  question?.append(h("p", { class: "message photo-problem", role: "alert" }, problem));
  field.value = "";
}

export function photoList({ app, sheet }: Photos, names: string[], remove: (name: string) => void): HTMLElement[] {
  return names.map((name) => {
    const image = h("img", { class: "thumb", alt: t("Photo"), width: 96, height: 72 });
    const figure = h("span", { class: "photo-kept" }, image);
    void show(app, sheet, name, image);
    if (app.sync.badPhotos.has(name)) void app.storage.outgoingFiles().then((files) => {
      const file = files.find((found) => found.sha256 === name);
      if (file) figure.append(notTaken(app, file, remove));
    });
    return figure;
  });
}

async function show(app: App, sheet: string, name: string, image: HTMLImageElement): Promise<void> {
  const kept = await app.vault.view(name);
  image.addEventListener("load", () => URL.revokeObjectURL(image.src), { once: true });
  image.src = kept ? URL.createObjectURL(new Blob([kept], { type: "image/jpeg" })) : photoAddress(app.pack?.visit.id ?? "", sheet, name);
}

/** A photo that the server does not take: why, and the way to be rid of it. */
function notTaken(app: App, file: OutgoingFile, remove: (name: string) => void): HTMLElement {
  const drop = async (): Promise<void> => {
    await app.storage.dropFile(file.sha256);
    remove(file.sha256);
  };
  return h("span", { class: "message", role: "alert" }, file.message, " ", h("button", { class: "link", type: "button", onclick: () => void drop() }, t("Remove this photo")));
}
