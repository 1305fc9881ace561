/**
 * `npm run api`: writes etc/api/: for each entry of the package, a report of its public API with the type of every
 * export. `npm run api -- --check` changes nothing and fails when a report is out of date.
 */
import { CompilerState, Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';

install();
build(['library']);

const check = process.argv.includes('--check');
const folder = join(root, 'etc/api');
const drafts = join(root, '.headwater/api');
mkdirSync(folder, { recursive: true });
mkdirSync(drafts, { recursive: true });

const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The type declarations of an entry in `exports`, as resolved by Node. */
const typesOf = (target) =>
  typeof target !== 'object' || target === null
    ? undefined
    : typeof target.types === 'string'
      ? target.types
      : Object.values(target).map(typesOf).find(Boolean);

const reports = Object.entries(entries)
  .map(([path, target]) => ({ path, types: typesOf(target) }))
  .filter(({ types }) => types !== undefined)
  .map(({ path, types }) => ({
    types: join(root, types),
    name: `${path === '.' ? 'headwater' : path.slice('./'.length).replaceAll('/', '-')}.api.md`,
  }));

const configOf = ({ name, types }) =>
  ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: types,
      compiler: { tsconfigFilePath: join(root, 'tsconfig.build.json') },
      apiReport: { enabled: true, reportFolder: folder, reportTempFolder: drafts, reportFileName: name },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: {
          default: { logLevel: 'none' },
          // A type that is used in the public API but not exported is listed in the report, so that reviewers see it.
          'ae-forgotten-export': { logLevel: 'none', addToApiReportFile: true },
        },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  });

const [first, ...others] = reports;
const compilerState = CompilerState.create(configOf(first), {
  additionalEntryPoints: others.map(({ types }) => types),
});
const read = (name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined);

const changed = [];
for (const report of reports) {
  const before = read(report.name);
  const { errorCount, apiReportChanged } = Extractor.invoke(configOf(report), {
    compilerState,
    localBuild: !check,
    messageCallback: (message) => {
      if (message.messageId.startsWith('console-')) message.handled = true;
    },
  });
  if (errorCount > 0) process.exit(1);
  if (apiReportChanged || before === undefined) changed.push(report.name);
}
const gone = readdirSync(folder).filter((name) => !reports.some((report) => report.name === name));
if (!check) for (const name of gone) rmSync(join(folder, name));

for (const name of changed) process.stderr.write(`etc/api/${name} ${check ? 'is out of date' : 'is rewritten'}.\n`);
for (const name of gone) process.stderr.write(`etc/api/${name} ${check ? 'reports no entry' : 'is removed'}.\n`);
if (check && changed.length + gone.length > 0) {
  process.stderr.write('Run npm run api, read what has changed, and commit it.\n');
  process.exit(1);
}
