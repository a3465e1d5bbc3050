// Compiles the stylesheet and copies the scripts into macfa/assets/dist, which the site serves
// under /static/. Needs node_modules (npm ci) and no network.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const assets = dirname(fileURLToPath(import.meta.url));
const root = join(assets, "..", "..");
const packages = join(root, "node_modules");
const dist = join(assets, "dist");
const mojImages = join(packages, "@ministryofjustice", "frontend", "moj", "assets", "images");

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "images"), { recursive: true });

const { css } = compile(join(assets, "scss", "app.scss"), {
  loadPaths: [root, packages],
  quietDeps: true,
  style: "compressed",
});
writeFileSync(join(dist, "app.css"), css);

// Every image that the compiled stylesheet names, and no other.
for (const [, image] of css.matchAll(/url\(images\/([\w.-]+)\)/g)) {
  cpSync(join(mojImages, image), join(dist, "images", image));
}
cpSync(join(assets, "images"), join(dist, "images"), { recursive: true });
cpSync(join(assets, "js"), dist, { recursive: true });

// Without its last line, which names a source map that is not shipped.
const govuk = readFileSync(join(packages, "govuk-frontend/dist/govuk/govuk-frontend.min.js"), "utf8");
writeFileSync(join(dist, "govuk-frontend.min.js"), govuk.replace(/\/\/# sourceMappingURL=.*/, ""));
