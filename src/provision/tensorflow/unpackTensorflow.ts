import { makeFolders } from '../../contracts/runtime/makeFolders.js';
import { chmod, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setupError } from '../host/setupError.js';
import { elfArchitecture } from './elfArchitecture.js';
import type { Step } from '../host/Step.js';
import type { Wheel } from './Wheel.js';

/** The two libraries of a wheel that contain TensorFlow's complete C API. */
const LIBRARIES: readonly string[] = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** The headers that the binding includes. */
const HEADERS: readonly string[] = [
  'tensorflow/c/c_api.h',
  'tensorflow/c/eager/c_api.h',
  'tensorflow/core/platform/ctstring_internal.h',
];

const INCLUDE = 'tensorflow/include/';

/** The headers that the binding needs, and the headers that they include: about a dozen of the thousands in a wheel. */
const headersOf = async (wheel: Wheel): Promise<ReadonlyMap<string, Buffer>> => {
  const needed = new Map<string, Buffer>();
  const waiting = [...HEADERS];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    // A header that the wheel does not have belongs to the compiler.
    if (needed.has(name) || !wheel.has(INCLUDE + name)) continue;
    const bytes = await wheel.read(INCLUDE + name);
    needed.set(name, bytes);
    for (const [, included] of bytes.toString('utf8').matchAll(/^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]/gm))
      if (included !== undefined) waiting.push(included);
  }
  return needed;
};

const requireLibraries = async (wheel: Wheel): Promise<void> => {
  const { name, version } = await wheel.metadata();
  const missing = [
    ...LIBRARIES.map((library) => `tensorflow/${library}`),
    ...HEADERS.map((header) => INCLUDE + header),
  ].find((file) => !wheel.has(file));
  if (missing !== undefined)
    throw setupError(
      `${wheel.path} is ${name} ${version}, which has no ${missing}.`,
      'Take a wheel of tensorflow-cpu or tensorflow for Linux, from version 2.13 on.',
    );
};

/**
 * Unpacks TensorFlow's libraries and the headers of its C API from a wheel, under the names that the binding's build
 * looks for.
 *
 * @param deps the folder in which `lib/` and `include/` are created; it must be empty
 * @param arch the processor that the libraries must be for
 * @throws HeadwaterError `HW_SETUP` if they are missing, damaged, or for another processor
 */
export const unpackTensorflow = async (
  wheel: Wheel,
  deps: string,
  arch: string,
  { signal, progress }: Step,
): Promise<void> => {
  await requireLibraries(wheel);
  const total = LIBRARIES.reduce((sum, library) => sum + wheel.sizeOf(`tensorflow/${library}`), 0);
  let done = 0;
  for (const library of [...LIBRARIES].reverse()) {
    const path = join(deps, 'lib', library);
    await wheel.extract(`tensorflow/${library}`, path, signal, (bytes) => progress((done += bytes), total));
    const found = await elfArchitecture(path);
    if (found !== arch)
      throw setupError(
        `${library} in ${wheel.path} is ${found === undefined ? 'no library for Linux' : `for ${found}`}, ` +
          `and this machine is ${arch}.`,
        `Take the wheel for ${arch}: leave --wheel out, and pip chooses it.`,
      );
  }
  for (const [name, bytes] of await headersOf(wheel)) {
    const path = join(deps, 'include', name);
    await makeFolders(dirname(path));
    await writeFile(path, bytes);
  }
  // The names that the linker looks for. The linked binding refers to the name that each library contains (its soname).
  await symlink('libtensorflow_cc.so.2', join(deps, 'lib', 'libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(deps, 'lib', 'libtensorflow_framework.so'));
};

/** The wheels that TensorFlow needs for NVIDIA GPUs, as requirements. */
export const cudaRequirements = async (wheel: Wheel): Promise<readonly string[]> => {
  const { requires } = await wheel.metadata();
  return requires.flatMap((line) => {
    const [, requirement] = /^([^;]+);.*extra\s*==\s*["']and-cuda["']/.exec(line) ?? [];
    return requirement === undefined ? [] : [requirement.replaceAll(' ', '')];
  });
};

/**
 * Unpacks the libraries of a wheel from NVIDIA to `nvidia/` beside `lib/`. This matches the layout of Python's
 * packages, where it is beside TensorFlow.
 *
 * `lib/` gets links to them, because the loader searches for the required libraries beside TensorFlow's libraries.
 */
export const unpackCuda = async (wheel: Wheel, deps: string, { signal, progress }: Step): Promise<void> => {
  const libraries = wheel
    .names()
    .filter(
      (name) =>
        /^nvidia\/.+\.so(\.\d+)*$/.test(name) || /^nvidia\/cuda_nvcc\/(bin|nvvm\/libdevice)\/.+[^/]$/.test(name),
    );
  const total = libraries.reduce((sum, name) => sum + wheel.sizeOf(name), 0);
  let done = 0;
  for (const name of libraries) {
    await wheel.extract(name, join(deps, name), signal, (bytes) => progress((done += bytes), total));
    const link = join(deps, 'lib', basename(name));
    await rm(link, { force: true });
    if (/\.so(\.\d+)*$/.test(name)) await symlink(join('..', name), link);
    else await chmod(join(deps, name), 0o755);
  }
};
