import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ARTIFACT_FILES } from '../src/models/artifacts/Artifacts.js';

/** Copies a saved model as loose files without a manifest, as the lesson has them, so that they can be edited. */
export const looseCopy = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  for (const name of Object.values(ARTIFACT_FILES))
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
};
