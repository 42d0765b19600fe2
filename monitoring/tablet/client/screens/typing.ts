// What is typed is saved while it is typed: a second after the first new letter at the latest, and at once when the field is left.

import { h } from "../dom.ts";

const AFTER = 800;

const open = new Map<HTMLElement, () => void>();

/** Save what stands in the field; `save` is told whether the person has left it. */
export function savedWhileTyping<T extends HTMLInputElement | HTMLTextAreaElement>(field: T, save: (value: string, left: boolean) => void): T {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = field.value;
  let first = 0;
  const now = (left: boolean): void => {
    clearTimeout(timer);
    open.delete(field);
    first = 0;
    if (field.value === last && !left) return;
    const changed = field.value !== last;
    last = field.value;
    if (changed || left) save(last, left);
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    first ||= performance.now();
    open.set(field, () => now(false));
    timer = setTimeout(() => now(false), Math.max(0, Math.min(AFTER, first + AFTER - performance.now())));
  });
  field.addEventListener("change", () => now(true));
  return field;
}

/** The page goes or is hidden: save what is still being typed. */
export function saveWhatIsTyped(): void {
  for (const save of [...open.values()]) save();
}

/** What cannot be read, by field: it stays on the screen, with what to do, until it is corrected. Interviews leave nothing here. */
const unreadable = new Map<string, string>();

export function unread(place: string | null): string | undefined {
  return place === null ? undefined : unreadable.get(place);
}

/** Say beside the field what to do, or that it is good now. */
export function judge(field: HTMLInputElement | HTMLTextAreaElement, place: string | null, problem: string | null): void {
  if (place !== null && problem) unreadable.set(place, field.value);
  else if (place !== null) unreadable.delete(place);
  field.toggleAttribute("aria-invalid", problem !== null);
  const row = field.closest(".answers, .count");
  row?.parentElement?.querySelector(".complaint")?.remove();
  if (problem) row?.after(complaint(problem));
}

export function complaint(problem: string): HTMLElement {
  return h("p", { class: "message complaint", role: "alert" }, problem);
}
