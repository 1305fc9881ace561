import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { serve, serveRaw } from '../../streams/servers.js';
import { headwater, MAIN, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY, TINY_CSV, trainTiny } from '../tiny.js';
import { looseCopy } from '../../looseCopy.js';

const cwd = workFolder();
const at = (...path: readonly string[]): string => join(cwd, ...path);

/** Every path below the work folder, so that a test sees what was made or left. */
const everything = (): readonly string[] => readdirSync(cwd, { recursive: true, encoding: 'utf8' }).sort();

beforeAll(async () => {
  await trainTiny(cwd);
  writeFileSync(at('empty.csv'), '');
  writeFileSync(at('header.csv'), 'title,category\n');
  writeFileSync(at('columns.csv'), 'colour,shape\nred,round\n');
  writeFileSync(at('one-class.csv'), 'title,category\nA late goal,Sports\nAn early goal,Sports\n');
  mkdirSync(at('folder'));
  symlinkSync('no-such-folder', at('nowhere'));
  mkdirSync(at('folder-of-releases'));
  symlinkSync('releases/7', at('folder-of-releases', 'current'));
  mkdirSync(at('folder-of-notes'));
  writeFileSync(at('folder-of-notes', 'generations'), '');
  mkdirSync(at('folder-of-a-project'));
  writeFileSync(at('folder-of-a-project', 'config.json'), '{ "model_type": "bert" }');
});

let before: readonly string[];
beforeEach(() => {
  before = everything();
});
afterEach(() => {
  expect(everything()).toEqual(before);
});

/** Paths of the work folder in place of the names of what is in it, since this process is in another folder. */
const placed = (args: readonly string[]): readonly string[] =>
  args.map((arg) =>
    /^(missing|tiny|empty|header|columns|one-class|folder|never|no|nowhere|taken|model|broken)\b/.test(arg)
      ? at(arg)
      : arg,
  );

/**
 * Runs what is expected to be refused: nothing on stdout, and on stderr one line. Gives the status and the line, with
 * the names as they were given.
 */
const refusal = async (
  args: readonly string[],
  run = (wanted: readonly string[]) => inProcess(placed(wanted)),
): Promise<string> => {
  const { status, stdout, stderr } = await run(args);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^headwater: [^\n]+ \[HW_[A-Z_]+\]\n$/);
  return `${status} ${stderr.trimEnd().replaceAll(`${cwd}/`, '')}`;
};

const train = (...args: readonly string[]): Promise<string> => refusal(['train', ...TINY, ...args]);

describe('the built command', () => {
  const built = (args: readonly string[]) => headwater(args, { cwd });

  it('refuses in one line, with status 2', async () => {
    expect(await refusal(['trian'], built)).toMatch(/^2 .*unknown command 'trian' \(Did you mean train\?\) .+HW_USAGE/);
    expect(await refusal(['train', '--data', 'missing.csv', '--out', 'never'], built)).toMatch(
      /^2 .*No such file: missing\.csv\. .+HW_PATH/,
    );
  });

  it('fails in one line, with status 1', async () => {
    expect(await refusal(['train', '--data', 'empty.csv', '--out', 'never'], built)).toMatch(/^1 .*HW_EMPTY/);
    expect(await refusal(['train', '--data', 'tiny.csv', '--out', 'never', '--backend', 'tensorflow'], built)).toMatch(
      /^1 .*headwater setup tensorflow.+HW_BACKEND/,
    );
  });
});

describe('headwater train refuses, in one line and with nothing made,', () => {
  it.each([
    ['a file that is not there', 'missing.csv', /^2 .*No such file: missing\.csv\. .+HW_PATH/],
    ['a folder without texts', 'folder', /^2 .*folder is a folder without folders of texts in it, .+HW_PATH/],
    ['an empty file', 'empty.csv', /^1 .*empty\.csv is empty: .+HW_EMPTY/],
    ['a header alone', 'header.csv', /^1 .*There are no rows .+HW_EMPTY/],
    [
      'a table without the columns',
      'columns.csv',
      /^2 .*columns\.csv: which column holds the text and the class cannot be detected\. .+--title-column .+HW_COLUMNS/,
    ],
  ])('%s', async (_what, data, wanted) => {
    expect(await train('--data', data, '--out', 'never/made')).toMatch(wanted);
  });

  it.each([
    [
      'a file for the folder of the artifacts',
      ['--out', 'tiny.csv'],
      /^2 .*tiny\.csv is a file, but the output needs a folder\. .+HW_PATH/,
    ],
    [
      'a file above that folder',
      ['--out', 'tiny.csv/below/it'],
      /^2 .*tiny\.csv is a file, but the output needs a folder\. .+HW_PATH/,
    ],
    [
      'a link to no folder',
      ['--out', 'nowhere/below/it'],
      /^2 .*nowhere is a link to no-such-folder, which does not exist\. Create that folder.+HW_PATH/,
    ],
    [
      'a folder in which something else has a name that models need',
      ['--out', 'folder-of-releases'],
      /^2 .*folder-of-releases\/current is there already and is not a model's.+HW_PATH/,
    ],
    [
      'a folder in which a file has the name of the generations',
      ['--out', 'folder-of-notes'],
      /^2 .*folder-of-notes\/generations is there already and is not a model's.+HW_PATH/,
    ],
    [
      'a folder in which another program has a file of that name',
      ['--out', 'folder-of-a-project'],
      /^2 .*folder-of-a-project\/config\.json is there already and is not a model's.+HW_PATH/,
    ],
    [
      'a folder for the file of the rejections',
      ['--out', 'never', '--rejections', 'folder'],
      /^2 .*folder is a folder\. .+HW_PATH/,
    ],
    [
      'a file of rejections in no folder',
      ['--out', 'never', '--rejections', 'no/such/file'],
      /^2 .*The folder no\/such for .+ does not exist\. .+HW_PATH/,
    ],
    [
      'the data itself for the file of the rejections',
      ['--out', 'never', '--rejections', 'tiny.csv'],
      /^2 .*tiny\.csv is the input data.+HW_USAGE/,
    ],
    [
      'a column that is not there',
      ['--out', 'never', '--label-column', 'topic'],
      /^2 .*no column "topic"\. .+HW_COLUMNS/,
    ],
  ])('%s', async (_what, args, wanted) => {
    expect(await train('--data', 'tiny.csv', ...args)).toMatch(wanted);
  });

  it('a folder that has the name of an artifact', async () => {
    mkdirSync(at('taken/config.json'), { recursive: true });
    expect(await train('--data', 'tiny.csv', '--out', 'taken')).toMatch(
      /^2 .*taken\/config\.json is a folder, but the output needs a file .+HW_PATH/,
    );
    rmSync(at('taken'), { recursive: true });
  });
});

describe('a training that comes to nothing leaves nothing, and says why in its last line:', () => {
  const failure = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await inProcess(placed(['train', '--out', 'never', ...TINY, ...args]));
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/\n +at /);
    return `${status} ${stderr.trimEnd().split('\n').at(-1) ?? ''}`;
  };

  it('one class only', async () => {
    expect(await failure('--data', 'one-class.csv')).toMatch(/^1 headwater: .+one class, "Sports".+HW_EMPTY/);
  });

  it('a model that no memory holds', async () => {
    expect(await failure('--data', 'tiny.csv', '--embedding-dim', '1000000000000')).toMatch(
      /^2 headwater: The model does not fit into memory\. .+--embedding-dim.+HW_USAGE/,
    );
  });
});

describe('a server that does not give the data: one line, status 1, nothing made, no half of a snapshot', () => {
  // The folder of the snapshots is made by the first download, and may stay.
  beforeAll(() => mkdirSync(at('.cache/headwater'), { recursive: true }));

  it('404', async () => {
    const origin = await serve((_request, response) => void response.writeHead(404).end());
    const built = (args: readonly string[]) => headwater(args, { cwd });
    expect(await refusal(['train', '--data', `${origin}/news.csv`, '--out', 'never'], built)).toMatch(
      /^1 .*\/news\.csv answered 404 Not Found\. .+HW_HTTP_STATUS/,
    );
  });

  it('a redirect loop', async () => {
    const origin = await serve((_request, response) => void response.writeHead(302, { location: '/again' }).end());
    expect(await train('--data', origin, '--out', 'never')).toMatch(/^1 .*redirected more than .+HW_HTTP_REDIRECTS/);
  });

  it('nobody who listens', async () => {
    // A port that was just free.
    const port = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
    expect(await train('--data', `http://127.0.0.1:${port}/`, '--out', 'never')).toMatch(
      /^1 .*could not be reached: .+HW_HTTP_CONNECT/,
    );
  });

  it('a connection that is cut in the midst of the rows', async () => {
    const origin = await serveRaw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n${TINY_CSV}`, () => socket.destroy());
    });
    const { status, stdout, stderr } = await headwater(
      ['train', '--data', origin, '--out', 'never', '--retries', '0', ...TINY],
      { cwd },
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    // Rows had come: what was told of them stays.
    expect(stderr).toMatch(/^(backend: [^\n]+\n)?headwater: [^\n]+ broke off after [^\n]+ \[HW_HTTP_CUT\]\n$/);
  });
});

describe.each([
  ['evaluate', (model: string) => ['evaluate', '--model', model, '--data', 'tiny.csv']],
  ['predict', (model: string) => ['predict', '--model', model, 'A late goal']],
  ['inspect', (model: string) => ['inspect', model]],
  ['export', (model: string) => ['export', model, '--onnx', 'never.onnx']],
])('headwater %s refuses, in one line,', (_command, args) => {
  it('a model that is not there, or is a file', async () => {
    expect(await refusal(args('missing'))).toMatch(/^2 .*No such directory: missing\. .+HW_PATH/);
    expect(await refusal(args('tiny.csv'))).toMatch(/^2 .*tiny\.csv is a file\. .+HW_PATH/);
  });
});

describe('artifacts that cannot be used', () => {
  const broken = async (change: (folder: string) => void): Promise<string> => {
    looseCopy(at('model'), at('broken'));
    try {
      change(at('broken'));
      return await refusal(['inspect', 'broken']);
    } finally {
      rmSync(at('broken'), { recursive: true });
    }
  };
  const edit = (folder: string, file: string, how: (text: string) => string): void =>
    writeFileSync(join(folder, file), how(readFileSync(join(folder, file), 'utf8')));

  it('a folder without them', async () => {
    expect(await refusal(['inspect', 'folder'])).toMatch(
      /^1 .*There is no folder\/model\.safetensors\. .+HW_ARTIFACT\]/,
    );
  });

  it('of another version of the format', async () => {
    expect(
      await broken((folder) =>
        edit(folder, 'config.json', (text) => text.replace('"formatVersion": 2', '"formatVersion": 3')),
      ),
    ).toMatch(/^2 .*broken\/config\.json is of format version 3, but versions 1 to 2 .+HW_ARTIFACT_VERSION/);
  });

  it('damaged JSON', async () => {
    expect(await broken((folder) => edit(folder, 'tokenizer.json', (text) => text.slice(0, 100)))).toMatch(
      /^1 .*broken\/tokenizer\.json.+HW_ARTIFACT\]/,
    );
  });

  it('weights that end early', async () => {
    expect(
      await broken((folder) => {
        const path = join(folder, 'model.safetensors');
        writeFileSync(path, readFileSync(path).subarray(0, 5000));
      }),
    ).toMatch(/^1 .*broken\/model\.safetensors.+HW_ARTIFACT\]/);
  });

  it('files that do not belong together', async () => {
    expect(
      await broken((folder) => edit(folder, 'label_encoder.json', (text) => text.replace(/,\s*"World": 3/, ''))),
    ).toMatch(/^1 .*broken do not belong together: .+HW_ARTIFACT\]/);
  });
});

describe('output that cannot be written', () => {
  it.runIf(process.platform === 'linux')('a full disk: one line, status 1', async () => {
    const child = spawn(process.execPath, [MAIN, 'inspect', 'model'], {
      cwd,
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect(status).toBe(1);
    expect(stderr).toMatch(/^headwater: The output could not be written: ENOSPC[^\n]+ \[HW_WRITE\]\n$/);
  });
});
