// Bundles the tablet client: run from the project's top folder.
import { build } from "esbuild";

await build({
  entryPoints: { tablet: "monitoring/tablet/client/main.ts" },
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
