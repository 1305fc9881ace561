import { cpSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY_CSV } from '../tiny.js';

const cwd = workFolder();
const at = (...path: readonly string[]): string => join(cwd, ...path);

/** Another table, so that another model comes of it. */
const OTHER_CSV = TINY_CSV.split('\n').slice(0, 200).join('\n');

const train = async (name: string, table: string): Promise<void> => {
  writeFileSync(at(`${name}.csv`), table);
  const { status, stderr } = await inProcess([
    ...['train', '--data', at(`${name}.csv`), '--out', at(name), '--architecture', 'linear', '--epochs', '1'],
  ]);
  if (status !== 0) throw new Error(stderr);
};

/** What a person, a copy or a disk does to a file. */
const EDITS: Readonly<Record<string, (bytes: Buffer, other: Buffer) => Buffer | undefined>> = {
  'cut in the middle': (bytes) => bytes.subarray(0, bytes.length >> 1),
  'without its last byte': (bytes) => bytes.subarray(0, -1),
  emptied: () => Buffer.alloc(0),
  'longer by a byte': (bytes) => Buffer.concat([bytes, Buffer.from(' ')]),
  'with one bit flipped': (bytes) => {
    const copy = Buffer.from(bytes);
    copy[copy.length >> 1]! ^= 1;
    return copy;
  },
  'in place of it, zeros': (bytes) => Buffer.alloc(bytes.length),
  'of another model': (_bytes, other) => other,
  removed: () => undefined,
};

describe('a model whose folder was edited', () => {
  beforeAll(async () => {
    await train('model', TINY_CSV);
    await train('other', OTHER_CSV);
  }, 180_000);

  const files = [
    'config.json',
    'features.safetensors',
    'label_encoder.json',
    'manifest.json',
    'model.safetensors',
    'performance.json',
    'seen.bin',
    'text.json',
    'tokenizer.json',
    'training.json',
  ];

  it('has these files', () => {
    expect(readdirSync(at('model', 'current')).sort()).toEqual(files);
  });

  it.each(files)('is refused in one line that names it: %s', async (name) => {
    const { stdout: before } = await inProcess(['predict', '--model', at('model'), 'Late goal']);
    const path = join(realpathSync(at('model', 'current')), name);
    const [bytes, other] = [readFileSync(path), readFileSync(at('other', name))];
    for (const [what, edit] of Object.entries(EDITS)) {
      const edited = edit(bytes, other);
      // Two models may have the same text steps or classes; white space at the end of the manifest says nothing.
      if (edited?.toString('latin1').trim() === bytes.toString('latin1').trim()) continue;
      if (edited === undefined) rmSync(path);
      else writeFileSync(path, edited);
      try {
        const { status, stdout, stderr } = await inProcess(['predict', '--model', at('model'), 'Late goal']);
        const line = stderr.split('\n').filter((text) => text.startsWith('headwater: '));
        expect({ what, status, stdout, line }).toEqual({
          what,
          status: expect.toSatisfy((given) => given === 1 || given === 2) as number,
          stdout: '',
          line: [expect.stringMatching(/\[HW_ARTIFACT(?:_VERSION)?\]$/) as string],
        });
        expect(line[0]).toMatch(/model/);
      } finally {
        writeFileSync(path, bytes);
      }
    }
    const { stdout } = await inProcess(['predict', '--model', at('model'), 'Late goal']);
    expect(stdout).toBe(before);
  });

  it('works as a copy without the generations, of the plain names alone', async () => {
    cpSync(at('model'), at('copy'), {
      recursive: true,
      dereference: true,
      filter: (path) => !/[/\\](?:current|generations|checkpoints)$/.test(path),
    });
    const [{ stdout }, { stdout: before }] = [
      await inProcess(['predict', '--model', at('copy'), 'Late goal']),
      await inProcess(['predict', '--model', at('model'), 'Late goal']),
    ];
    expect(stdout).toBe(before);
  });
});
