import { FLOW } from './cases/flow.js';
import { LIVE } from './cases/live.js';
import { ROWS } from './cases/rows.js';
import { TEXT } from './cases/text.js';
import { TRAINING } from './cases/training.js';
import type { Case } from './cases/Case.js';

/** How each diagram of the documentation is run, by the file that it stands in. */
export const CASES: Readonly<Record<string, Case>> = { ...ROWS, ...TEXT, ...TRAINING, ...LIVE, ...FLOW };
