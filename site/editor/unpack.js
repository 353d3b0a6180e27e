// The release of Decap that decap.json names → its bundle in build/editor, once its digest is the one that is pinned.
// Its package lists seven hundred others that its bundle holds already: none of them is installed.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const here = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
const { name, version, integrity } = JSON.parse(readFileSync(join(here, "decap.json"), "utf8"));
const out = join(here, "../../build/editor");
const folder = mkdtempSync(join(tmpdir(), "decap-"));
try {
  execFileSync("npm", ["pack", `${name}@${version}`, "--ignore-scripts", "--loglevel=error", "--pack-destination", folder], { stdio: ["ignore", "ignore", "inherit"] });
  const archive = join(folder, `${name}-${version}.tgz`);
  const [algorithm] = integrity.split("-", 1);
  const found = `${algorithm}-${createHash(algorithm).update(readFileSync(archive)).digest("base64")}`;
  if (found !== integrity) throw new Error(`${name} ${version}: ${found} is not the digest of decap.json`);
  execFileSync("tar", ["-xzf", archive, "-C", folder]);
  mkdirSync(out, { recursive: true });
  const dist = join(folder, "package/dist");
  for (const file of readdirSync(dist)) if (/(^|\.)decap-cms\.js(\.LICENSE\.txt)?$/.test(file)) copyFileSync(join(dist, file), join(out, file));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
