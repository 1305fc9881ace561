/**
 * `npm run audit`: checks the licences of all dependencies and, if the registry supports it, their known
 * vulnerabilities. If the registry offers no audit, this is reported and is not a failure.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

/** Licences that permit use, modification and distribution by anybody. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
]);

/** Whether one of the choices of an expression such as `(MIT OR GPL-2.0)` is permissive in all its parts. */
const isPermissive = (expression) =>
  expression
    .replace(/[()]/g, '')
    .split(/\s+OR\s+/i)
    .some((choice) => choice.split(/\s+AND\s+/i).every((licence) => PERMISSIVE.has(licence.trim())));

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const shipped = Object.entries(packages).filter(
  ([path, { dev, devOptional, peer }]) => path !== '' && !dev && !devOptional && !peer,
);

const licenceOf = ([path, { license }]) => {
  if (typeof license === 'string') return license;
  try {
    const { license: written, licenses } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
    return typeof written === 'string' ? written : (licenses ?? []).map(({ type }) => type).join(' OR ');
  } catch {
    return '';
  }
};

const refused = shipped.filter((entry) => !isPermissive(licenceOf(entry)));
for (const entry of refused) console.error(`${entry[0]}: ${licenceOf(entry) || 'no licence'}`);
console.log(`licences: ${shipped.length} packages, ${refused.length} not permissive`);

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { cwd: root, encoding: 'utf8' });
let report;
try {
  report = JSON.parse(stdout);
} catch {
  report = {};
}
const counts = report.metadata?.vulnerabilities;
if (counts === undefined) {
  console.log(
    'vulnerabilities: SKIPPED, the registry that npm is configured for offers no ' +
      `audit (${report.message ?? report.error?.summary ?? 'no answer'})`,
  );
} else {
  console.log(`vulnerabilities: ${JSON.stringify(counts)}`);
  for (const { name, severity, range } of Object.values(report.vulnerabilities ?? {}))
    console.error(`${name} ${range}: ${severity}`);
}
const serious = (counts?.high ?? 0) + (counts?.critical ?? 0);
process.exit(refused.length > 0 || serious > 0 ? 1 : 0);
