/** The licences of the packages whose code goes into a bundle. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

/** The packages that files of a bundle come from. */
const packagesOf = ({ inputs }) =>
  [
    ...new Set(Object.keys(inputs).flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])),
  ].sort();

/** The licence of a package, which goes with every copy of its code. */
const licenceOf = (name) => {
  const folder = join(root, 'node_modules', name);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) {
    // Some packages name a well-known licence, and leave its text out.
    const { license, homepage } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    if (typeof license !== 'string') throw new Error(`The package ${name} has no licence to go with its code.`);
    return `${name}\n\nLicence: ${license}${homepage === undefined ? '' : ` (${homepage})`}\n`;
  }
  return `${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
};

/** The licences of all packages in a bundle that esbuild describes, as one text. */
export const licencesOf = (metafile) =>
  packagesOf(metafile)
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
