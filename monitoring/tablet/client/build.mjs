// Bundles the tablet client, and what the pages of the office need: run from the project's top folder.
import { build } from "esbuild";

await build({
  entryPoints: { tablet: "monitoring/tablet/client/main.ts", once: "monitoring/static/src/once.ts" },
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022"],
  outdir: "monitoring/static/build",
  logLevel: "warning",
});
await build({
  entryPoints: { tablet: "monitoring/tablet/client/tablet.css" },
  bundle: true,
  minify: true,
  outdir: "monitoring/static/build",
  logLevel: "warning",
});
