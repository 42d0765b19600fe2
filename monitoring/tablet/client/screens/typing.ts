// What is typed is saved while it is typed: a second after the last letter at the latest, and at once when the field is left.

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
