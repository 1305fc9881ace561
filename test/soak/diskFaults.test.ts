import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleCsv } from '../../src/streams/sample/sampleCsv.js';
import { workFolder } from '../cli/headwater.js';
import { serve } from '../streams/servers.js';
import { writingCommands } from './disk/commands.js';
import type { DiskFault, StepKind } from './disk/FaultyDisk.js';
import { prepareInputs } from './disk/prepareInputs.js';
import { FaultyRuns, type Undisturbed } from './disk/FaultyRuns.js';
import type { WritingCommand } from './disk/WritingCommand.js';

/**
 * A process that is killed at a step of the file system, or meets an error there. `npm run test:soak` lets every step
 * of every command meet every fault, `npm test` a few.
 */
const soak = process.env['MODE'] === 'soak';

/** The faults that each step meets. */
const FAULTS: readonly Omit<DiskFault, 'at'>[] = soak
  ? [
      { what: 'kill' },
      { what: 'torn' },
      { what: 'ENOSPC' },
      { what: 'ENOSPC', lasting: true },
      { what: 'EDQUOT', lasting: true },
      { what: 'EIO' },
      { what: 'EROFS', lasting: true },
      { what: 'EIO', kind: 'read' },
      { what: 'EMFILE', kind: 'read' },
      { what: 'EIO', kind: 'close' },
      { what: 'ENOSPC', kind: 'close', lasting: true },
    ]
  : [
      { what: 'kill' },
      { what: 'torn' },
      { what: 'ENOSPC', lasting: true },
      { what: 'EIO', kind: 'close', lasting: true },
    ];

/** The numbers of the steps that meet a fault: all in the soak, and otherwise one, which differs between faults. */
const placesOf = (steps: number, fault: number): readonly number[] => {
  if (soak) return Array.from({ length: steps }, (_, i) => i + 1);
  // Every file that is closed.
  if (FAULTS[fault]?.kind === 'close') return [1];
  return [Math.ceil((steps * (fault + 1)) / 3)];
};

const TABLE = [...sampleCsv({ rows: 80 })].join('');
// Runs that count as killed leave listeners behind.
process.setMaxListeners(0);

const folder = workFolder();
const inputs = join(folder, 'inputs');
let url = '';
let runs: FaultyRuns;

beforeAll(
  async () => {
    mkdirSync(inputs);
    await prepareInputs(inputs);
    runs = await FaultyRuns.open(folder);
  },
  soak ? 3_600_000 : 300_000,
);

/** Lets a command meet a fault at its places. Tells how many there were, and what came of them that may not. */
const meetAll = async (command: WritingCommand, plain: Undisturbed, index: number) => {
  const fault = FAULTS[index]!;
  const steps = plain.steps
    .map((step, i) => ({ at: i + 1, step }))
    .filter(({ step }) => fault.what !== 'torn' || step.startsWith('write '));
  const places = steps.length === 0 ? [] : placesOf(steps.length, index);
  const faults: unknown[] = [];
  for (const place of places) {
    const { at, step } = steps[place - 1]!;
    const { wrong } = await runs.meet(command, plain, { ...fault, at });
    if (wrong.length > 0) faults.push({ step, ...fault, wrong });
  }
  return { faults, met: places.length };
};

/** Trainings take longest. */
const commands = writingCommands(inputs, () => url).filter(({ name }) => soak || !name.startsWith('train'));

describe('a fault at a step of the file system', () => {
  it.each(commands)(
    '$name: what is there is the old or the new one, and the next run succeeds',
    { timeout: soak ? 3_600_000 : 120_000 },
    async (command) => {
      url = `${await serve((_request, response) => response.end(TABLE))}/table.csv`;
      const plain = new Map<StepKind, Undisturbed>();
      let met = 0;
      for (const [index, { kind = 'change' }] of FAULTS.entries()) {
        const undisturbed = plain.get(kind) ?? (await runs.undisturbed(command, kind));
        plain.set(kind, undisturbed);
        const result = await meetAll(command, undisturbed, index);
        expect(result.faults).toEqual([]);
        met += result.met;
      }
      if (soak)
        console.log(
          `${command.name}: ${[...plain].map(([kind, { steps }]) => `${steps.length} of kind ${kind}`).join(', ')}; ` +
            `${met} faults`,
        );
    },
  );
});
