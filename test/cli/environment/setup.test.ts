import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { setupsFolder } from '../../../src/provision/tensorflow/SetupKey.js';
import { fakeWheel } from '../../provision/fakeWheel.js';
import { describeWithTensorflow } from '../../tensorflow.js';
import { afterBackend, headwater, workFolder } from '../headwater.js';
import { TINY, trainTiny } from '../tiny.js';

const cwd = workFolder();
const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => headwater(args, { cwd, env });

describe('headwater setup', () => {
  it.each([
    [
      'what it does not know',
      ['setup', 'rocket'],
      /Allowed choices are tensorflow, vectors\. See: headwater setup --help \[HW_USAGE\]\n$/,
    ],
    ['nothing', ['setup'], /missing required argument 'what'\. See: headwater setup --help \[HW_USAGE\]\n$/],
    [
      'a wheel that is not there',
      ['setup', 'tensorflow', '--wheel', 'none.whl'],
      /^headwater: No such file: none\.whl\. .+ \[HW_PATH\]\n$/,
    ],
  ])('refuses %s, with status 2', async (_, args, expected) => {
    expect(await run(args)).toEqual({ status: 2, stdout: '', stderr: expect.stringMatching(expected) as string });
  });

  it.runIf(process.platform === 'linux')(
    'fails in one line where a wheel is broken, or tools are missing',
    async () => {
      writeFileSync(join(cwd, 'broken.whl'), 'no wheel');
      expect(await run(['setup', 'tensorflow', '--wheel', 'broken.whl'])).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^headwater: The wheel .+broken\.whl is damaged: .+ \[HW_SETUP\]\n$/) as string,
      });
      const { status, stderr } = await run(['setup', 'tensorflow', '--wheel', fakeWheel(join(cwd, 'fake.whl'))], {
        PATH: cwd,
      });
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /^checking: .+\nheadwater: Python 3 is not there\. .+ C\+\+ compiler is not there\. .+ make is not there\. .+ npm is not there\. .+ \[HW_SETUP\]\n$/,
      );
      expect(readdirSync(cwd)).not.toContain('.cache');
    },
  );
});

describe('headwater doctor', () => {
  it('shows every backend, and how to get the one that is not there', async () => {
    const { status, stdout } = await run(['doctor']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^machine\n {2}headwater +\d/);
    expect(stdout).toMatch(/\n {2}headwater +loads, on the processor: /);
    expect(stdout).toMatch(/\n {2}cpu +loads, on the processor: /);
    expect(stdout).toMatch(/\n {2}tensorflow +does not load: .+ Run headwater setup tensorflow/);
    expect(stdout).toMatch(/\n {2}none +headwater setup tensorflow makes one\n/);
  });
});

describeWithTensorflow('libtensorflow that is set up', () => {
  const env = { HEADWATER_TENSORFLOW_DIR: setupsFolder(), TF_ENABLE_ONEDNN_OPTS: '0' };

  beforeAll(() => trainTiny(cwd));

  it('is not set up again', async () => {
    const { status, stdout } = await run(['setup', 'tensorflow'], env);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringMatching(
        /^libtensorflow [\d.]+ was set up before in .+; it computes on the (processor|GPU)\n$/,
      ) as string,
    });
  });

  it('is found by doctor', async () => {
    const { stdout } = await run(['doctor', '--json'], env);
    expect(JSON.parse(stdout)).toMatchObject({
      backends: expect.arrayContaining([
        {
          name: 'tensorflow',
          loads: true,
          device: expect.stringMatching(/^[cg]pu$/) as string,
          reason: expect.stringMatching(/^libtensorflow [\d.]+ of headwater setup tensorflow, on the /) as string,
        },
      ]) as unknown,
      setups: expect.arrayContaining([expect.objectContaining({ state: 'ready' })]) as unknown,
    });
  });

  it('trains and predicts by its name', async () => {
    const trained = await run(
      ['train', '--data', 'tiny.csv', '--out', 'by-tensorflow', ...TINY, '--backend', 'tensorflow'],
      env,
    );
    expect(trained.stderr).toMatch(/^backend: tensorflow \(asked for by name; libtensorflow /);
    expect(trained.status).toBe(0);
    const args = ['predict', '--model', 'by-tensorflow', 'A late goal'];
    const [theirs, ours] = [
      await run([...args, '--backend', 'tensorflow'], env),
      await run([...args, '--backend', 'headwater']),
    ];
    expect(afterBackend(theirs.stderr)).toBe('');
    expect(theirs.stdout).toBe(ours.stdout);
  });

  it('is tested against the embedded backend by auto, once', async () => {
    const args = ['predict', '--model', 'model', 'A late goal'];
    const first = await run(args, env);
    expect(first.stderr).toMatch(
      /^backend: (headwater|tensorflow) \((the fastest here at this size, [\d,]+ rows\/s, (headwater|tensorflow) [\d,]+ rows\/s); /,
    );
    const why = /\((the fastest[^;]+);/.exec(first.stderr)?.[1] ?? '';
    expect((await run(args, env)).stderr).toContain(`: ${why};`);
  });
});
