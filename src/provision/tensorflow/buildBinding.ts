import { makeFolders } from '../../contracts/runtime/makeFolders.js';
import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setupError } from '../host/setupError.js';
import { NAPI_VERSION } from './SetupKey.js';
import { bindingFile, packageFolder } from './SetupManifest.js';
import type { Step } from '../host/Step.js';
import { compiler } from '../host/tools.js';

/** The node-gyp that npm contains. npm passes its path to the scripts that it runs. */
const findNodeGyp = async ({ run, signal }: Step): Promise<string> => {
  const ended = await run('npm', ['exec', '--offline', '--call', 'node -p process.env.npm_config_node_gyp'], {
    signal,
  });
  const path = ended?.stdout.trim().split('\n').at(-1) ?? '';
  if (ended?.status !== 0 || !path.endsWith('.js'))
    throw setupError(
      'npm brings no node-gyp here.',
      'Install npm as it comes with Node (Debian and Ubuntu: apt-get install npm node-gyp).',
    );
  return path;
};

/**
 * The file that node-gyp needs from Node's sources besides the headers. A binding to Node's stable interface needs only
 * these settings.
 */
const COMMON_GYPI =
  "{ 'target_defaults': { 'default_configuration': 'Release', " +
  "'cflags': ['-pthread', '-Wno-deprecated-declarations'], 'ldflags': ['-pthread'], " +
  "'cflags_cc': ['-std=gnu++17', '-O2'], 'configurations': { 'Release': {}, 'Debug': {} } } }\n";
const CONFIG_GYPI = `{ 'target_defaults': {}, 'variables': {} }\n`;

/**
 * Creates a folder with the layout that node-gyp expects of Node's headers. It contains only the headers of Node's
 * stable binary interface (Node-API).
 *
 * So no headers are downloaded for the running version of Node, which may have no published headers. And the binding
 * cannot depend on that version.
 */
const layOutHeaders = async (folder: string): Promise<void> => {
  const headers = join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include');
  const include = join(folder, 'include', 'node');
  await makeFolders(include);
  await cp(headers, include, { recursive: true });
  await writeFile(join(include, 'common.gypi'), COMMON_GYPI);
  await writeFile(join(include, 'config.gypi'), CONFIG_GYPI);
};

/** The first error line of a compiler's output. */
const firstComplaint = (output: string): string =>
  /^.*(?:error|Error|ERR!|not found).*$/m.exec(output)?.[0].trim() ?? 'it gives no reason';

/** Places the sources of the build beside the libraries that they are linked with. */
const layOutPackage = async (from: string, to: string): Promise<void> => {
  const libraries = join(from, 'deps');
  await cp(from, to, { recursive: true, filter: (path) => path !== libraries });
  await symlink(libraries, join(to, basename(libraries)));
};

/**
 * Builds the package's binding against the libraries in its `deps/`, with the node-gyp of npm.
 *
 * It is built in a temporary folder, because make cannot handle paths with a space or a `$`, which a home folder or
 * `--dest` may contain. The build also leaves files with paths of this machine.
 *
 * @param folder the folder of the set-up
 */
export const buildBinding = async (folder: string, step: Step): Promise<void> => {
  const nodeGyp = await findNodeGyp(step);
  const building = await mkdtemp(join(tmpdir(), 'headwater-'));
  try {
    const [headers, cwd] = [join(building, 'node'), packageFolder(building)];
    await layOutHeaders(headers);
    await layOutPackage(packageFolder(folder), cwd);
    const built = dirname(bindingFile(building));
    const options = [
      '--nodedir',
      headers,
      '--python',
      'python3',
      '--release',
      `--napi_build_version=${NAPI_VERSION}`,
      '--module_name=tfjs_binding',
      `--module_path=${built}`,
    ];
    // The compiler that was found: if the variable CXX is set but empty, make would run no compiler.
    const ended = await step.run(process.execPath, [nodeGyp, 'rebuild', ...options], {
      cwd,
      env: { CXX: compiler().join(' ') },
      signal: step.signal,
    });
    if (ended?.status !== 0) {
      throw setupError(
        `The binding could not be built: ${firstComplaint(`${ended?.stdout ?? ''}\n${ended?.stderr ?? ''}`)}.`,
        'Make sure that a C++ compiler for C++17 is there (Debian and Ubuntu: ' +
          'apt-get install g++ make), then run the same command again.',
      );
    }
    await cp(built, dirname(bindingFile(folder)), { recursive: true });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
};
