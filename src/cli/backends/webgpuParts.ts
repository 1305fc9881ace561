import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The packages that the WebGPU backend is made of. */
const PACKAGES: readonly string[] = ['webgpu', '@tensorflow/tfjs-backend-webgpu'];

/** Variables that name a driver of Vulkan. */
const VARIABLES: readonly string[] = ['VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES', 'VK_ICD_FILENAMES'];

/** Where Linux keeps the descriptions of Vulkan's drivers. */
const FOLDERS: readonly string[] = [
  '/etc/vulkan/icd.d',
  '/usr/share/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  join(homedir(), '.local/share/vulkan/icd.d'),
];

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** The drivers that there may be. Other systems than Linux bring theirs. */
const drivers = (env: NodeJS.ProcessEnv): readonly string[] =>
  process.platform === 'linux'
    ? [...VARIABLES.flatMap((name) => env[name] ?? []), ...FOLDERS.flatMap(namesIn)].filter((name) => name !== '')
    : [process.platform];

const isInstalled = (name: string): boolean => {
  try {
    createRequire(import.meta.url).resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
};

/** What of WebGPU there is, without loading any of it; nothing where the packages or a driver are missing. */
export const webgpuParts = (env: NodeJS.ProcessEnv): readonly string[] =>
  PACKAGES.every(isInstalled) ? drivers(env) : [];
