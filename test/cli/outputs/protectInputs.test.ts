import { appendFileSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY, TINY_CSV, trainTiny } from '../tiny.js';

const cwd = workFolder();
const at = (...path: readonly string[]): string => join(cwd, ...path);

beforeAll(async () => {
  await trainTiny(cwd);
  writeFileSync(at('words.txt'), 'the\n');
  writeFileSync(at('names.csv'), 'Sports,Sports\n');
  symlinkSync('tiny.csv', at('link.csv'));
  linkSync(at('tiny.csv'), at('hard.csv'));
  for (const name of ['Sports', 'World']) {
    mkdirSync(at('folder', name), { recursive: true });
    writeFileSync(at('folder', name, '1.txt'), 'Late goal');
  }
});

/** Options of which paths stand for files of the work folder. */
const placed = (line: string): readonly string[] =>
  line.split(' ').map((word) => (/[./*]/.test(word) ? at(word) : word.replace(/^@/, `${cwd}/`)));

describe('an output in the place of an input is refused before it is opened:', () => {
  it.each([
    ['train --data tiny.csv --out ./new --events tiny.csv', 'tiny.csv is the input data'],
    ['train --data tiny.csv --out ./new --flow-trace tiny.csv', 'tiny.csv is the input data'],
    ['train --data tiny.csv --out ./new --rejections link.csv', 'link.csv is the input data'],
    ['train --data tiny.csv --out ./new --events hard.csv', 'hard.csv is the input data'],
    ['train --data *.csv --out ./new --events tiny.csv', 'tiny.csv is the input data'],
    ['train --data names.csv tiny.csv --out ./new --events tiny.csv', 'tiny.csv is the input data'],
    ['train --data names.csv --test-data tiny.csv --out ./new --events tiny.csv', 'tiny.csv is the input data'],
    ['train --data @folder --out ./new --events folder/World/1.txt', 'folder/World/1.txt is the input data'],
    ['train --data @folder --out folder/model', 'folder/model is inside folder, whose files are the input data'],
    [
      'train --data tiny.csv --out ./new --stop-words words.txt --events words.txt',
      'words.txt is read by --stop-words',
    ],
    ['train --data tiny.csv --out ./new --events e.jsonl --rejections ./e.jsonl', 'e.jsonl is given twice, by'],
    ['train --data tiny.csv --out ./new --events model/config.json', 'model/config.json is a file of a saved model'],
    ['predict --model @model --data tiny.csv --out-file model/current/config.json', 'is a file of a saved model'],
    ['predict --model @model --data names.csv --data tiny.csv --out-file tiny.csv', 'tiny.csv is the input data'],
    ['evaluate --model @model --data names.csv tiny.csv --errors tiny.csv', 'tiny.csv is the input data'],
    ['learn --model @model --labels tiny.csv --out ./new --rejections tiny.csv', 'tiny.csv is the input data'],
    ['label tiny.csv --model @model --labels tiny.csv', 'tiny.csv is the input data'],
    ['vectors convert tiny.csv link.csv', 'link.csv is the input data'],
    ['bundle @model --out-file model/config.json', 'model/config.json is a file of a saved model'],
    ['export @model --onnx model/model.safetensors', 'model/model.safetensors is a file of a saved model'],
  ])('%s', async (line, told) => {
    const { status, stdout, stderr } = await inProcess(placed(line));
    expect({ status, stdout, stderr: stderr.replaceAll(`${cwd}/`, '').replaceAll('./', '') }).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^headwater: [^\n]+ \[HW_USAGE\]\n$/) as string,
    });
    expect(stderr.replaceAll(`${cwd}/`, '')).toContain(told);
    expect(readFileSync(at('tiny.csv'), 'utf8')).toBe(TINY_CSV);
  });

  it('not if it is beside them, or a device that several write to', async () => {
    appendFileSync(at('old.jsonl'), 'of an earlier run\n');
    const { status, stderr } = await inProcess([
      ...['train', ...TINY, '--data', at('tiny.csv'), '--out', at('other'), '--epochs', '1'],
      ...['--events', at('old.jsonl'), '--rejections', '/dev/null', '--flow-trace', '/dev/null'],
    ]);
    expect(`${status} ${stderr}`).toMatch(/^0 /);
    expect(readFileSync(at('old.jsonl'), 'utf8')).toMatch(/^\{/);
  });
});
