import { describe, expect, it } from 'vitest';
import { VERSION } from '../../../src/cli/process/version.js';
import { inProcess } from '../inProcess.js';

const told = (...args: readonly string[]) => inProcess(args);

const COMMANDS = [
  'demo',
  'train',
  'evaluate',
  'compare',
  'predict',
  'watch',
  'serve',
  'work',
  'publish',
  'publish-model',
  'workers',
  'learn',
  'label',
  'inspect',
  'runs',
  'export',
  'bundle',
  'vectors',
  'cache',
  'setup',
  'doctor',
  'explain',
];

const NEEDED = ['--data', 'news.csv', '--out', 'model'];

describe('arguments that cannot work', () => {
  it.each([
    ['an unknown command', ['trian'], "unknown command 'trian' (Did you mean train?) See: headwater --help"],
    [
      'help for a command that is none',
      ['help', 'trian'],
      "unknown command 'trian' (Did you mean train?) See: headwater --help",
    ],
    [
      'an unknown flag',
      ['train', ...NEEDED, '--epoch', '3'],
      "unknown option '--epoch' (Did you mean --epochs?) See: headwater train --help",
    ],
    ['an unknown flag of the program', ['--verbose', 'train'], "unknown option '--verbose'"],
    [
      'an unknown flag where a required one is missing',
      ['bundle', 'model', '--out', 'news.js'],
      "unknown option '--out' (Did you mean --out-file?) See: headwater bundle --help",
    ],
    ['an unknown flag with its value', ['train', '--output=model'], "unknown option '--output' (Did you mean --out?)"],
    ['a short flag', ['bundle', 'model', '-o', 'news.js'], "unknown option '-o' (Did you mean --out-file?)"],
    ['letters that are swapped', ['train', '--epcohs', '3'], "unknown option '--epcohs' (Did you mean --epochs?)"],
    ['one of several words', ['train', '--size', '3'], "unknown option '--size' (Did you mean --batch-size?)"],
    [
      'an unknown flag that is like no other',
      ['export', 'model', '--out', 'model.onnx'],
      "unknown option '--out' (Usage: headwater export --onnx <file> [options] <dir>) See: headwater export --help",
    ],
    [
      'an unknown flag of an inner command',
      ['vectors', 'convert', 'a', '--limits', '5'],
      "unknown option '--limits' (Did you mean --limit?) See: headwater vectors convert --help",
    ],
    [
      'a missing option',
      ['train', '--out', 'model'],
      "required option '--data <source...>' not specified. See: headwater train --help",
    ],
    ['another missing option', ['evaluate', '--data', 'news.csv'], "required option '--model <dir>' not specified"],
    ['a missing argument', ['inspect'], "missing required argument 'dir'"],
    ['an argument too many', ['train', 'news.csv', ...NEEDED], "too many arguments for 'train'"],
    ['an option without its value', ['train', '--data', 'news.csv', '--out'], "option '--out <dir>' argument missing"],
    [
      'a choice that is none',
      ['train', ...NEEDED, '--backend', 'nonsense'],
      "argument 'nonsense' is invalid. Allowed choices are auto, headwater, cpu, tensorflow, webgpu.",
    ],
    [
      'a format that is none',
      ['predict', '--model', 'model', '--format', 'xml', 'a title'],
      'Allowed choices are text, csv, jsonl.',
    ],
    ['a cell that is none', ['train', ...NEEDED, '--cell', 'GRU'], 'Allowed choices are rnn, gru, lstm.'],
    [
      'an empty folder',
      ['train', '--data', 'news.csv', '--out', ''],
      "option '--out <dir>' argument '' is invalid. It must not be empty.",
    ],
    ['an empty model', ['evaluate', '--data', 'news.csv', '--model', ''], 'It must not be empty.'],
    ['an empty model to predict with', ['predict', '--model', '', 'a title'], 'It must not be empty.'],
    ['an empty model to inspect', ['inspect', ''], 'It must not be empty.'],
    ['an empty file', ['train', ...NEEDED, '--rejections', ''], 'It must not be empty.'],
    ['an escape for the terminal', ['\u001b[2J'], "unknown command '\\u001b[2J'"],
  ])('%s: one line, status 2', async (_what, args, wanted) => {
    const { status, stdout, stderr } = await told(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^headwater: [^\n]+ \[HW_USAGE\]\n$/);
    expect(stderr).toContain(wanted);
  });

  it.each([
    [
      '--epochs',
      'a whole number of at least 1',
      ['0', '-1', '1.5', 'ten', '', ' ', 'NaN', 'Infinity', '9007199254740993'],
    ],
    ['--batch-size', 'a whole number of at least 1', ['0']],
    ['--patience', 'a whole number of at least 1', ['0']],
    ['--seed', 'a whole number of at least 0', ['-1', '0.5']],
    ['--lr', 'a number above 0', ['0', '-1e-3', 'abc', 'Infinity', '']],
    ['--dropout', 'a number from 0 to below 1', ['1', '-0.1', 'NaN']],
    ['--embedding-dim', 'a whole number of at least 1', ['0']],
    ['--hidden-dim', 'a whole number of at least 1', ['0']],
    ['--fc-dim', 'a whole number of at least 1', ['0']],
    ['--num-tokens', 'a whole number of at least 3', ['2']],
    ['--min-token-frequency', 'a whole number of at least 1', ['0']],
    ['--max-rejections', 'a whole number of at least 0', ['-1']],
    ['--threads', 'a whole number from 1 to 192', ['0', '1.5', '193']],
    ['--ui-port', 'a whole number from 0 to 65535', ['-1', '1.5', '65536', 'http']],
  ])('%s takes %s alone', async (option, range, values) => {
    for (const value of values) {
      const { status, stdout, stderr } = await told('train', ...NEEDED, `${option}=${value}`);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^headwater: [^\n]+\n$/);
      expect(stderr).toContain(
        `argument '${value}' is invalid. It must be ${range}. See: headwater train --help [HW_USAGE]`,
      );
    }
  });

  it('names an address of no kind that can be read, before anything is made', async () => {
    const { status, stderr } = await told('train', '--data', 'ftp://example.org/news.csv', '--out', 'never');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^headwater: Cannot read from ftp: addresses: [^\n]+ \[HW_USAGE\]\n$/);
  });

  it('shows the help on stderr where no command is given, with status 2', async () => {
    const { status, stdout, stderr } = await told();
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: headwater \[options\] \[command\]\n/);
  });
});

describe('help', () => {
  it.each(COMMANDS)('%s --help shows examples, with status 0', async (command) => {
    const { status, stdout, stderr } = await told(command, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: headwater ${command} `));
    expect(stdout).toMatch(
      command === 'demo'
        ? /\nExamples:\n {2}\$ npm start\n/
        : new RegExp(`\nExamples:\n {2}\\$ headwater ${command}\\b`),
    );
    expect((await told('help', command)).stdout).toBe(stdout);
  });

  it('lists the commands', async () => {
    const { status, stdout } = await told('--help');
    expect(status).toBe(0);
    expect(
      [...stdout.matchAll(/^ {2}([\w-]+) /gm)].map(([, command]) => command).filter((command) => command !== 'help'),
    ).toEqual(COMMANDS);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  });

  it('says what the defaults depend on', async () => {
    const train = (await told('train', '--help')).stdout.replaceAll(/\s+/g, ' ');
    expect(train).toContain('(default: 3 to 30, more where there are few rows; with --schedule plateau: 50)');
    expect(train).toContain('(default: 3e-3; with --schedule plateau: 1e-4)');
    expect(train).toContain('(default: one-cycle; with --text lesson: plateau)');
    const demo = (await told('demo', '--help')).stdout.replaceAll(/\s+/g, ' ');
    expect(demo).toContain('(default: 1)');
  });

  it('tells the version', async () => {
    expect(await told('--version')).toEqual({ status: 0, stdout: `${VERSION}\n`, stderr: '' });
  });
});
