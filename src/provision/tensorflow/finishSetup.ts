import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NAPI_VERSION, type SetupKey } from './SetupKey.js';
import { bindingFile, FORMAT, MANIFEST, type SetupManifest } from './SetupManifest.js';
import { BINDING_PACKAGE, BINDING_VERSION } from './fetchBinding.js';
import type { Staging } from './Staging.js';
import type { Trial } from './tryBinding.js';

/** The files whose sizes the manifest records. */
const PRODUCT_FILES = [
  'package/deps/lib/libtensorflow_cc.so.2',
  'package/deps/lib/libtensorflow_framework.so.2',
  'package/dist/nodejs_kernel_backend.js',
  'package/dist/register_all_kernels.js',
] as const;

/** Writes the manifest and renames the folder to its final name. Until the rename, nobody can find the set-up. */
export const finishSetup = async (
  staging: Staging,
  folder: string,
  key: SetupKey,
  wheelSha256: string,
  { device }: Trial,
): Promise<void> => {
  await staging.tidy();
  const files = [...PRODUCT_FILES, bindingFile('').replace(/^\//, '')];
  const sizes = await Promise.all(
    files.map(async (name) => [name, (await stat(join(staging.folder, name))).size] as const),
  );
  const manifest: SetupManifest = {
    format: FORMAT,
    ...key,
    napi: NAPI_VERSION,
    package: `${BINDING_PACKAGE}@${BINDING_VERSION}`,
    wheelSha256,
    device,
    files: Object.fromEntries(sizes),
  };
  await writeFile(join(staging.folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(join(staging.folder, 'lock'), { force: true });
  // A folder that has this name already is not usable: a usable one would have been kept.
  await rm(folder, { recursive: true, force: true });
  await rename(staging.folder, folder);
};
