// Bundles the tablet client: run from the project's top folder. Names carry a hash of their content, so that an old page finds its own files.
// The tests bring out versions of their own: into another folder, with a script more in every bundle.
import { createHash } from "node:crypto";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { build } from "esbuild";

const SOURCE = "monitoring/tablet/client";
const [OUT = "monitoring/static/build", ALSO] = process.argv.slice(2);
const usual = { inject: ALSO ? [ALSO] : [], bundle: true, minify: true, target: ["es2022"], outdir: OUT, logLevel: "warning", metafile: true, entryNames: "[name]-[hash]" };

async function bundle(entry, name, options) {
  const result = await build({ ...usual, entryPoints: { [name]: `${SOURCE}/${entry}` }, ...options });
  const made = Object.keys(result.metafile.outputs).find((path) => basename(path).startsWith(`${name}-`));
  return basename(made);
}

for (const old of await readdir(OUT)) if (/^(tablet|vault)(-.*)?\.(js|css)$|^sw\.js$/.test(old)) await rm(`${OUT}/${old}`);
const vault = await bundle("vault/start.ts", "vault", { format: "esm" });
const page = await bundle("main.ts", "tablet", { format: "esm", define: { WORKER: JSON.stringify(`/tablet/worker/${vault}`) } });
const style = await bundle("tablet.css", "tablet", {});

await build({ ...usual, entryPoints: { once: "monitoring/static/src/once.ts" }, format: "esm", entryNames: "[name]" }); // what the pages of the office need

const fonts = (await readdir(`${OUT}/fonts`)).filter((name) => name.endsWith(".woff2")).map((name) => `fonts/${name}`);
const texts = (await readdir(OUT)).filter((name) => /^texts\..*\.json$/.test(name));
const files = [page, vault, style, "fonts.css", "icon-192.png", "icon-512.png", ...fonts, ...texts].sort();
const fingerprint = createHash("sha256");
for (const name of files) fingerprint.update(name).update(await readFile(`${OUT}/${name}`));
fingerprint.update(await readFile(`${SOURCE}/sw.ts`)).update(await readFile("templates/tablet/shell.html"));
const version = fingerprint.digest("hex").slice(0, 16);

// A worker is looked after by the service worker of its own address, so it must lie below /tablet/.
const kept = ["/tablet/manifest.webmanifest", ...files.map((name) => (name === vault ? `/tablet/worker/${name}` : `/static/build/${name}`))];
await build({
  entryPoints: { sw: `${SOURCE}/sw.ts` }, bundle: true, minify: true, format: "iife", target: ["es2022"], outdir: OUT, logLevel: "warning",
  define: { BUILD: JSON.stringify(version), FILES: JSON.stringify(kept) },
});
await writeFile(`${OUT}/assets.json`, JSON.stringify({ version, page, style, vault }));
