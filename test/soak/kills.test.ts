import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../src/contracts/random.js';
import { sampleCsv } from '../../src/streams/sample/sampleCsv.js';
import { workFolder } from '../cli/headwater.js';
import { serve } from '../streams/servers.js';
import { writingCommands } from './disk/commands.js';
import { KilledRuns } from './disk/KilledRuns.js';
import { prepareInputs } from './disk/prepareInputs.js';

/**
 * Processes of the built command that are killed at random moments, with all their children. `npm run test:soak` kills
 * every command that writes, `HEADWATER_KILLS` times each; `npm test` kills two of them once.
 */
const soak = process.env['MODE'] === 'soak';
const KILLS = soak ? Number(process.env['HEADWATER_KILLS'] ?? 40) : 1;
const SEED = soak ? Date.now() % 2 ** 31 : 1;

const TABLE = [...sampleCsv({ rows: 80 })].join('');
const folder = workFolder();
const inputs = join(folder, 'inputs');
let url = '';

beforeAll(
  async () => {
    mkdirSync(inputs);
    await prepareInputs(inputs);
  },
  soak ? 3_600_000 : 300_000,
);

/** What runs in this process cannot be killed. */
const commands = writingCommands(inputs, () => url)
  .filter(({ act }) => act === undefined)
  .filter(({ name }) => soak || ['learn, over another model', 'predict --out-file'].includes(name));

describe('a command that is killed at a random moment', () => {
  it.each(commands)(
    '$name: what is there is the old or the new one, and the next run succeeds',
    { timeout: soak ? 7_200_000 : 120_000 },
    async (command) => {
      url = `${await serve((_request, response) => response.end(TABLE))}/table.csv`;
      const runs = new KilledRuns(mkdtempSync(join(folder, 'runs-')));
      const draw = random(SEED, 'test');
      const plain = await runs.undisturbed(command);
      let killed = 0;
      // A run that ended before it was killed does not count.
      for (let tries = 0; killed < KILLS && tries < 3 * KILLS; tries++) {
        // Most of the time a command only starts, so three of four are killed while they write.
        const early = draw.uniform() < 0.25 || plain.changes === 0;
        const moment = {
          afterMs: early ? draw.uniform() * plain.ms : 60_000,
          afterChanges: early ? Infinity : 1 + Math.floor(draw.uniform() * plain.changes),
        };
        const result = await runs.kill(command, plain, moment);
        expect({ seed: SEED, tries, moment, wrong: result.wrong }).toMatchObject({ wrong: [] });
        if (result.killed) killed += 1;
      }
      if (soak) console.log(`${command.name}: ${killed} kills of runs of ${Math.round(plain.ms)} ms`);
    },
  );
});
