/** The licences of the packages that a bundle contains. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

/** The packages of the input files of a bundle. */
const packagesOf = ({ inputs }) =>
  [
    ...new Set(Object.keys(inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])),
  ].sort();

/** The licence text of a package. It must accompany every copy of the code. */
const licenceOf = (name) => {
  const folder = join(root, 'node_modules', name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) {
    // Some packages name a common licence but do not contain its text.
    const { license, homepage } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (typeof license !== 'string') throw new Error(`The package ${name} has no licence to go with its code.`);
    return `${name}\n\nLicence: ${license}${homepage === undefined ? '' : ` (${homepage})`}\n`;
  }
  return `${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
};

/** The licences of all packages in a bundle, as one text. The bundle is described by esbuild's metafile. */
export const licencesOf = (metafile) =>
  packagesOf(metafile)
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
