import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { headwater, start, workFolder } from '../headwater.js';
import { TINY_CSV, TINY_SIZES } from '../tiny.js';

const cwd = workFolder();
const at = (name: string): string => join(cwd, name);
writeFileSync(at('table.csv'), TINY_CSV);

const trainInto = (out: string, events: string, epochs: number): readonly string[] => [
  ...['train', '--data', at('table.csv'), '--out', at(out), '--events', at(events)],
  ...['--architecture', 'lesson', ...TINY_SIZES, '--epochs', String(epochs), '--patience', '100000'],
];

/** What is there while the other training runs, and after it. */
const listed = (): readonly string[] => readdirSync(cwd).sort();

describe('two trainings at the same time', () => {
  it(
    'of one folder or one event log: the second is refused, until the first has ended or was killed',
    { timeout: 120_000 },
    async () => {
      const first = start(trainInto('model', 'events.jsonl', 100_000), { cwd });
      await first.until('stderr', /epoch 1\b/);
      const whileItRuns = listed();

      const sameFolder = await headwater(trainInto('model', 'other.jsonl', 1), { cwd });
      expect(sameFolder).toMatchObject({ status: 2, stdout: '' });
      expect(sameFolder.stderr).toBe(
        `headwater: Another headwater trains a model in ${at('model')} (process ${first.child.pid}). ` +
          'Give each a folder of its own with --out, or end the other. [HW_USAGE]\n',
      );
      const sameLog = await headwater(trainInto('a/new/folder', 'events.jsonl', 1), { cwd });
      expect(sameLog).toMatchObject({ status: 2, stdout: '' });
      expect(sameLog.stderr).toMatch(
        /Another headwater writes the events of a training to \S+events\.jsonl \(process \d+\)\. Give each a file of its own with --events/,
      );
      // What was refused has created nothing.
      expect(listed()).toEqual(whileItRuns);

      first.child.kill('SIGKILL');
      await first.ended;
      expect(existsSync(at('model/training.lock'))).toBe(true);
      const after = await headwater(trainInto('model', 'events.jsonl', 1), { cwd });
      expect(`${after.status} ${after.stderr}`).toMatch(/^0 /);
      expect([existsSync(at('model/training.lock')), existsSync(at('events.jsonl.lock'))]).toEqual([false, false]);
      expect(readFileSync(at('events.jsonl'), 'utf8')).toMatch(/^\{.+\}\n$/s);
    },
  );
});
