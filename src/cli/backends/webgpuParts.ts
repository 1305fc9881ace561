import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homeFolder } from '../../provision/files/homeFolder.js';
import { join } from 'node:path';

/** The packages of the WebGPU backend. */
const PACKAGES: readonly string[] = ['webgpu', '@tensorflow/tfjs-backend-webgpu'];

/** Variables that name a Vulkan driver. */
const VARIABLES: readonly string[] = ['VK_DRIVER_FILES', 'VK_ADD_DRIVER_FILES', 'VK_ICD_FILENAMES'];

/** The folders of Vulkan driver descriptions on Linux. */
const FOLDERS: readonly string[] = [
  '/etc/vulkan/icd.d',
  '/usr/share/vulkan/icd.d',
  '/usr/local/share/vulkan/icd.d',
  join(homeFolder(), '.local/share/vulkan/icd.d'),
];

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** The Vulkan drivers that may exist. Other systems than Linux include their own. */
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

/** The available parts of WebGPU, without loading them; empty if the packages or a driver are missing. */
export const webgpuParts = (env: NodeJS.ProcessEnv): readonly string[] =>
  PACKAGES.every(isInstalled) ? drivers(env) : [];
