import { packageJson } from '../../contracts/packageJson.js';

/** The package's version. */
export const VERSION = packageJson().version;
