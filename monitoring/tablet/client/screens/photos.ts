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

/** What was wrong with a question's last photo: it stays until another one is taken, however often the row is drawn. */
const problems = new Map<string, string>();

export function photoButton(photos: Photos, question: string, taken: (name: string) => void): HTMLElement | null {
  if (photos.taken >= MOST) return null;
  const { app, sheet } = photos;
  const take = async (event: Event): Promise<void> => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    app.doors.locks.letGo();
    if (!file) return;
    say(photos, question, null);
    if (file.size > LARGEST_BYTES) return say(photos, question, t("This photo is larger than 20 MB. Take it again with a smaller size."));
    try {
      taken(await app.addPhoto(sheet, file));
    } catch (problem) {
      say(photos, question, problem instanceof Error && problem.name === "Full" ? t("There is no room for more photos on this tablet. Answers and notes are still kept. Send what waits, then try again.") : t("This file is not a picture that can be read. Take the photo again, or choose a JPEG, PNG, WebP or HEIC file."));
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

/** Say below the question what is wrong with what was chosen; the row may have been drawn anew meanwhile. */
function say(photos: Photos, question: string, problem: string | null): void {
  const place = `${photos.sheet} ${question}`;
  if (problem) problems.set(place, problem);
  else problems.delete(place);
  if (!location.hash.includes(photos.sheet)) return;
  const row = document.getElementById(`q-${question}`);
  row?.querySelector(".photo-problem")?.remove();
  row?.append(photoProblem(photos, question) ?? "");
  const field = row?.querySelector<HTMLInputElement>("[data-photo]");
  if (field && problem) field.value = "";
}

export function photoProblem({ sheet }: Photos, question: string): HTMLElement | null {
  const problem = problems.get(`${sheet} ${question}`);
  return problem ? h("p", { class: "message photo-problem", role: "alert" }, problem) : null;
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
  return h("span", { class: "message", role: "alert" }, t(file.message), " ", h("button", { class: "link", type: "button", onclick: () => void drop() }, t("Remove this photo")));
}
