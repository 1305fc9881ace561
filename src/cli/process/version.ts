import { packageJson } from '../../contracts/runtime/packageJson.js';

/** The package's version. */
export const VERSION = packageJson().version;
