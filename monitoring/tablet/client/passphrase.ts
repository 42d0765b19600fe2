// Proposed passphrases: five made-up words that can be said aloud in every language of the tablet, in its own letters.

const CONSONANTS = "bdfgklmnprstvz".split("");
const VOWELS = "aeiou".split("");
const CYRILLIC: Record<string, string> = {
  b: "б", d: "д", f: "ф", g: "г", k: "к", l: "л", m: "м", n: "н", p: "п", r: "р", s: "с", t: "т", v: "в", z: "з", a: "а", e: "е", i: "и", o: "о", u: "у",
};
const WORDS = 5;
const SYLLABLES = 2;
/** Words that mean something rude in Russian: nobody should have to say them aloud. */
const RUDE = new Set(["suka", "suki", "pisi", "pisa", "pipi", "popa", "kaka", "kaki", "sisi", "sosi", "sosu", "dura", "muda", "mudi"]);

/** Five words of two syllables: (14 x 5)^10, 61 bits. */
export function proposed(language: string): string {
  const word = (): string => {
    const drawn = Array.from({ length: SYLLABLES }, () => one(CONSONANTS) + one(VOWELS)).join("");
    return RUDE.has(drawn) ? word() : drawn;
  };
  const phrase = Array.from({ length: WORDS }, word).join("-");
  return language === "en" ? phrase : phrase.replace(/[a-z]/g, (letter) => CYRILLIC[letter] ?? letter);
}

/** A fair choice: numbers that would favour the first ones are thrown away. */
function one(letters: string[]): string {
  const most = Math.floor(256 / letters.length) * letters.length;
  for (;;) {
    const drawn = crypto.getRandomValues(new Uint8Array(1))[0] ?? 255;
    if (drawn < most) return letters[drawn % letters.length] ?? "";
  }
}

/** What is wrong with a passphrase of one's own; nothing if it will do. */
export function weakness(passphrase: string): "short" | "few" | null {
  const words = passphrase.trim().split(/[\s-]+/).filter(Boolean);
  if (passphrase.trim().length < 18) return "short";
  return words.length < WORDS ? "few" : null;
}
