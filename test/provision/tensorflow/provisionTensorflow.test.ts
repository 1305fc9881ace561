import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HostSystem } from '../../../src/provision/host/HostSystem.js';
import {
  type ProvisionEvent,
  type ProvisionOptions,
  provisionTensorflow,
} from '../../../src/provision/tensorflow/provisionTensorflow.js';
import { findSetups, MANIFEST, readSetup } from '../../../src/provision/tensorflow/SetupManifest.js';
import { failing, type FakeSystem, fakeSystem } from '../fakeSystem.js';
import { ARM64, fakeWheel, library, type WheelOptions } from '../fakeWheel.js';

const LINUX_X64 = process.platform === 'linux' && process.arch === 'x64';
const KEY = '2.21.0-cpu-napi8-linux-x64';
const TARBALL = 'a tarball';

let scratch: string;
let root: string;
let machine: FakeSystem;

const at = (...path: readonly string[]): string => join(scratch, ...path);

/** An index that has this wheel, on a machine on which all is well. */
const indexWith = (wheel: WheelOptions, own: Parameters<typeof fakeSystem>[2] = {}): FakeSystem =>
  fakeSystem(
    { 'tensorflow-cpu': fakeWheel(at('tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl'), wheel) },
    at('package.tgz'),
    own,
  );

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'headwater-provision-'));
  root = at('root');
  writeFileSync(at('package.tgz'), TARBALL);
  machine = indexWith({});
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true, force: true });
});

const integrity = `sha512-${createHash('sha512').update(TARBALL).digest('base64')}`;

const provision = (
  options: Partial<ProvisionOptions> = {},
  on: HostSystem = machine,
): Promise<readonly ProvisionEvent[]> =>
  lastValueFrom(provisionTensorflow({ root, trial: '/trial.js', integrity, ...options }, on).pipe(toArray()));

const refusal = async (options: Partial<ProvisionOptions> = {}): Promise<string> => {
  const error = await provision(options).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toHaveProperty('code');
  const { code, message } = error as { readonly code: string; readonly message: string };
  return `${code}: ${message}`;
};

/** Every file below a folder, by its path in it. */
const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe.runIf(LINUX_X64)('a set-up', () => {
  it('takes what is needed, builds and tries it, and appears when all is done', async () => {
    const events = await provision();
    const steps = events.flatMap((event) => (event.type === 'step' ? [event.step] : []));
    expect(steps).toEqual([
      'checking',
      'asking the index',
      'downloading',
      'verifying',
      'fetching the binding',
      'unpacking',
      'building the binding',
      'trying one product',
    ]);
    expect(events).toContainEqual({ type: 'progress', step: 'downloading', done: 500, total: 1000 });
    const last = events.at(-1);
    expect(last).toMatchObject({
      type: 'ready',
      made: true,
      setup: { state: 'ready', folder: join(root, KEY), manifest: { version: '2.21.0', gpu: false, device: 'cpu' } },
    });
    expect(readdirSync(root)).toEqual([KEY]);
    expect(filesIn(join(root, KEY))).toEqual([
      MANIFEST,
      'package/deps/include/tensorflow/c/c_api.h',
      'package/deps/include/tensorflow/c/eager/c_api.h',
      'package/deps/include/tensorflow/c/tf_status.h',
      'package/deps/include/tensorflow/core/platform/ctstring_internal.h',
      'package/deps/include/xla/tsl/c/tsl_status.h',
      'package/deps/lib/libtensorflow.so',
      'package/deps/lib/libtensorflow_cc.so.2',
      'package/deps/lib/libtensorflow_framework.so',
      'package/deps/lib/libtensorflow_framework.so.2',
      'package/dist/nodejs_kernel_backend.js',
      'package/dist/register_all_kernels.js',
      'package/lib/napi-v8/tfjs_binding.node',
    ]);
  });

  it('that is there is not made again', async () => {
    await provision();
    machine.ran.length = 0;
    expect(await provision()).toMatchObject([
      { type: 'step', step: 'trying one product' },
      { type: 'ready', made: false },
    ]);
    expect(machine.ran).toEqual(['trial']);
  });

  it('that looks complete but does not compute is made again', async () => {
    await provision();
    let trials = 0;
    machine.instead.set('trial', () =>
      trials++ === 0
        ? failing('Error: invalid ELF header')
        : { status: 0, stdout: '{"libtensorflow":"2.21.0","device":"cpu"}', stderr: '' },
    );
    machine.ran.length = 0;
    expect((await provision()).at(-1)).toMatchObject({ type: 'ready', made: true });
    expect(machine.ran).toEqual(['trial', 'index', 'download', 'pack', 'tar', 'find node-gyp', 'node-gyp', 'trial']);
  });

  it('that does not compute unpacks its libraries again the next time: they may be damaged', async () => {
    machine.instead.set('trial', failing('Error: invalid ELF header'));
    expect(await refusal()).toMatch(/^HW_SETUP: The set-up of libtensorflow does not compute here/);
    const library = join(root, `${KEY}.partial/package/deps/lib/libtensorflow_cc.so.2`);
    const whole = readFileSync(library);
    writeFileSync(library, Buffer.alloc(whole.length));
    machine.instead.clear();
    await provision();
    expect(readFileSync(join(root, KEY, 'package/deps/lib/libtensorflow_cc.so.2')).equals(whole)).toBe(true);
  });

  it('is built in a folder whose path make knows, wherever it goes', async () => {
    root = join(root, 'my $et-ups');
    let seen = '';
    machine.instead.set('node-gyp', (args) => {
      seen = args.join(' ');
      return failing('error: that will do');
    });
    await refusal();
    expect(seen).toMatch(/--nodedir \S+headwater-\S+ .*--module_path=\S+headwater-\S+$/);
    expect(seen).not.toContain('$');
    machine.instead.clear();
    expect((await provision()).at(-1)).toMatchObject({ type: 'ready', made: true, setup: { folder: join(root, KEY) } });
  });

  it.each(['2.21', '2.*', '../../evil', '2.21.0 ; python_version>"3"', 'latest'])(
    'of the version %s is refused',
    async (version) => {
      expect(await refusal({ version })).toBe(
        `HW_USAGE: ${version} is no version of TensorFlow. Name one in full, such as 2.21.0.`,
      );
      expect(existsSync(root) ? readdirSync(root) : []).toEqual([]);
    },
  );

  it('tells how much has come by what lies in the folder, where pip is too old to tell', async () => {
    machine.instead.set('pip', { status: 0, stdout: 'pip 23.0.1 from somewhere', stderr: '' });
    const { run } = machine;
    const slow: HostSystem['run'] = async (command, args, options) => {
      if (args.includes('download')) {
        writeFileSync(join(options?.env?.['TMPDIR'] ?? '', 'pip-unpack'), 'x'.repeat(1234));
        await new Promise((resolve) => setTimeout(resolve, 1200));
      }
      return run(command, args, options);
    };
    const events = await provision({}, { ...machine, run: slow });
    expect(events).toContainEqual({ type: 'progress', step: 'downloading', done: 1234, total: undefined });
  });

  it('that is damaged is made again', async () => {
    await provision();
    writeFileSync(join(root, KEY, 'package/lib/napi-v8/tfjs_binding.node'), 'half');
    expect(readSetup(join(root, KEY))).toMatchObject({
      state: 'unusable',
      reason: expect.stringMatching(
        /tfjs_binding\.node in it is 4 bytes instead of 9\. Run headwater setup tensorflow again\./,
      ) as string,
    });
    expect((await provision()).at(-1)).toMatchObject({ type: 'ready', made: true });
    expect(findSetups(root)).toMatchObject([{ state: 'ready' }]);
  });

  it('that broke off goes on behind the last step that was done', async () => {
    machine.instead.set('node-gyp', failing('tfjs_backend.cc:18: error: something'));
    expect(await refusal()).toMatch(
      /^HW_SETUP: The binding could not be built: tfjs_backend\.cc:18: error: something\. .*compiler/,
    );
    expect(readdirSync(root)).toEqual([`${KEY}.partial`]);
    expect(findSetups(root)).toMatchObject([
      { state: 'unusable', reason: 'it is not finished. Run headwater setup tensorflow again.' },
    ]);
    machine.instead.clear();
    machine.ran.length = 0;
    expect((await provision()).at(-1)).toMatchObject({ type: 'ready', made: true });
    expect(machine.ran).toEqual(['find node-gyp', 'node-gyp', 'trial']);
    expect(readdirSync(root)).toEqual([KEY]);
  });

  it('builds with the compiler that was found, also where the variable CXX is there but empty', async () => {
    vi.stubEnv('CXX', '');
    await provision();
    expect(machine.environments.get('node-gyp')).toMatchObject({ CXX: 'g++' });
  });

  it('downloads a wheel again that was damaged since', async () => {
    machine.instead.set('pack', failing('npm error something'));
    await refusal();
    const folder = join(root, `${KEY}.partial/wheels/tensorflow-cpu`);
    writeFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'damaged');
    machine.instead.clear();
    expect(await refusal()).toMatch(/is damaged: /);
    machine.ran.length = 0;
    expect((await provision()).at(-1)).toMatchObject({ made: true });
    expect(machine.ran).toContain('download');
  });

  it('that is left breaks off, leaves nothing under its name, and is waited for by the next one', async () => {
    await new Promise<void>((done) => {
      const subscription = provisionTensorflow({ root, trial: '/trial.js', integrity }, machine).subscribe((event) => {
        if (event.type !== 'step' || event.step !== 'unpacking') return;
        subscription.unsubscribe();
        done();
      });
    });
    const [ranBefore, wasThere] = [[...machine.ran], existsSync(join(root, KEY))];
    expect((await provision()).at(-1)).toMatchObject({ type: 'ready', made: true });
    expect(ranBefore).not.toContain('node-gyp');
    expect(wasThere).toBe(false);
    expect(machine.ran.filter((name) => name === 'node-gyp')).toHaveLength(1);
  });

  it('keeps a second one of the same process out of its folder, until it has ended', async () => {
    const [first, second] = await Promise.allSettled([provision(), provision()]);
    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(second).toMatchObject({
      status: 'rejected',
      reason: { code: 'HW_SETUP', message: 'Another set-up is under way in this process. Wait until it is done.' },
    });
    expect((await provision()).at(-1)).toMatchObject({ type: 'ready', made: false });
    expect(readdirSync(root)).toEqual([KEY]);
  });

  it('waits for no other one in the same folder, nor is it kept from it by one that is gone', async () => {
    const lock = join(root, `${KEY}.partial`, 'lock');
    mkdirSync(join(root, `${KEY}.partial`), { recursive: true });
    writeFileSync(lock, String(process.ppid));
    expect(await refusal()).toMatch(/^HW_SETUP: Another set-up is under way \(process \d+\)\. Wait until it is done\./);
    writeFileSync(lock, '1 another.example.org');
    expect(await refusal()).toBe(
      'HW_SETUP: Another set-up is under way (process 1 on ' +
        'another.example.org). Wait until it is done; if there is none, ' +
        `remove ${lock}.`,
    );
    writeFileSync(lock, '999999999');
    expect((await provision()).at(-1)).toMatchObject({ made: true });
  });

  it('is made from a wheel of the user, without asking the index', async () => {
    const wheel = fakeWheel(at('mine.whl'), { version: '2.20.0' });
    expect((await provision({ wheel })).at(-1)).toMatchObject({ setup: { manifest: { version: '2.20.0' } } });
    expect(machine.ran).toEqual(['pack', 'tar', 'find node-gyp', 'node-gyp', 'trial']);
    expect(existsSync(wheel)).toBe(true);
  });

  it('for GPUs takes the wheels of CUDA too', async () => {
    const cuda = fakeWheel(at('nvidia_cublas_cu12-12.9-py3-none-manylinux_2_27_x86_64.whl'), {
      name: 'nvidia_cublas_cu12',
      version: '12.9',
      without: /^tensorflow\//,
      more: [
        ['nvidia/cublas/lib/libcublas.so.12', library(62)],
        ['nvidia/cublas/include/cublas.h', Buffer.from('')],
      ],
    });
    const main = fakeWheel(at('tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl'), {
      name: 'tensorflow',
      requires: ['numpy>=1.26.0', 'nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"'],
    });
    machine = fakeSystem({ tensorflow: main, 'nvidia-cublas-cu12': cuda }, at('package.tgz'));
    // It breaks off, and then the package has to be fetched again: the libraries in it are unpacked again, from the
    // wheels that are there.
    machine.instead.set('node-gyp', failing('error: something'));
    await refusal({ gpu: true });
    rmSync(join(root, '2.21.0-gpu-napi8-linux-x64.partial/package'), { recursive: true });
    machine.instead.clear();
    machine.ran.length = 0;
    expect(await refusal({ gpu: true })).toMatch(/libtensorflow loads, but finds no GPU that it can use\. /);
    expect(machine.ran).toEqual(['pack', 'tar', 'find node-gyp', 'node-gyp', 'trial']);
    machine.ran.length = 0;
    machine.instead.set('trial', { status: 0, stdout: '{"libtensorflow":"2.21.0","device":"gpu"}', stderr: '' });
    expect((await provision({ gpu: true })).at(-1)).toMatchObject({
      setup: { manifest: { gpu: true, device: 'gpu' } },
    });
    const deps = join(root, '2.21.0-gpu-napi8-linux-x64/package/deps');
    expect(machine.ran).toEqual(['trial']);
    expect(filesIn(join(deps, 'nvidia'))).toEqual(['cublas/lib/libcublas.so.12']);
    expect(readlinkSync(join(deps, 'lib/libcublas.so.12'))).toBe('../nvidia/cublas/lib/libcublas.so.12');
  });
});

describe('a set-up is refused where', () => {
  it.each([
    [
      'the system is another',
      { platform: 'darwin', arch: 'arm64' },
      /^HW_SETUP: libtensorflow can be set up on Linux .*Use --backend headwater\./,
    ],
    ['the processor is another', { arch: 'riscv64' }, /and this is linux on riscv64\./],
    ['the C library is another', { glibc: undefined }, /another C library \(musl/],
    [
      'the C library is too old',
      { glibc: '2.17' },
      /need the GNU C library 2\.27 or later, and this system has 2\.17\. Use a newer system/,
    ],
    [
      'the disk is full',
      { free: () => Promise.resolve(2e8) },
      /There are 0\.2 GB free in .+, and the set-up needs 1\.5 GB .*--dest/,
    ],
  ])('%s', async (_, own, expected) => {
    machine = indexWith({}, own);
    expect(await refusal()).toMatch(expected);
    expect(existsSync(root)).toBe(false);
  });

  it.each([
    ['python3', /^HW_SETUP: Python 3 is not there\. .*apt-get install python3/],
    ['pip', /^HW_SETUP: pip, the package installer of Python, is not there\. .*python3-pip/],
    ['g++', /^HW_SETUP: A C\+\+ compiler is not there\. .*apt-get install g\+\+/],
    ['make', /^HW_SETUP: make is not there\. /],
    ['npm', /^HW_SETUP: npm is not there\. /],
    ['tar', /^HW_SETUP: tar is not there\. /],
  ] as const)('%s is missing', async (name, expected) => {
    machine.instead.set(name, undefined);
    expect(await refusal()).toMatch(expected);
    expect(existsSync(root)).toBe(false);
  });

  it('several tools are missing or too old, and tells of all at once', async () => {
    machine.instead.set('make', undefined);
    machine.instead.set('pip', { status: 0, stdout: 'pip 20.0.2 from somewhere', stderr: '' });
    expect(await refusal()).toMatch(
      /pip.* is of version 20\.0\.2, which is too old: 22\.2 is needed\. Update it .*make is not there\./,
    );
  });

  it('no driver answers for a GPU', async () => {
    machine.instead.set('nvidia-smi', undefined);
    expect(await refusal({ gpu: true })).toMatch(
      /^HW_SETUP: No NVIDIA driver answers \(nvidia-smi\)\. Install the driver .* or leave --gpu out\./,
    );
  });

  it.each([
    [
      'the index cannot be reached',
      "WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: " +
        'No matching distribution found for tensorflow-cpu',
      /package index cannot be reached\. .*network.*--wheel/,
    ],
    [
      'the index has no such wheel',
      'ERROR: No matching distribution found for tensorflow-cpu==9',
      /no wheel of tensorflow-cpu==2\.21\.0 for this machine .*--version/,
    ],
    [
      'the index has other versions, beside one that cannot be reached',
      "WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: " +
        'Could not find a version that satisfies the requirement tensorflow-cpu==9 (from ' +
        'versions: 2.20.0, 2.21.0)\nERROR: No matching distribution found',
      /no wheel of tensorflow-cpu==2\.21\.0 for this machine .*; the newest that there are: 2\.21\.0, 2\.20\.0\. .*--version/,
    ],
    [
      'the index cannot be reached, and has no versions for it',
      "WARNING: Retrying after connection broken by 'NewConnectionError'\nERROR: " +
        'Could not find a version that satisfies the requirement tensorflow-cpu==9 ' +
        '(from versions: none)\nERROR: No matching distribution found',
      /package index cannot be reached/,
    ],
    [
      'pip finds no room',
      'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
      /no room left on the disk/,
    ],
    [
      'pip fails otherwise',
      'ERROR: something else',
      /pip could not get tensorflow-cpu==2\.21\.0: ERROR: something else\./,
    ],
  ])('%s', async (_, said, expected) => {
    machine.instead.set('index', failing(said));
    expect(await refusal()).toMatch(expected);
    // There is nothing to go on from, so nothing is left.
    expect(readdirSync(root)).toEqual([]);
  });

  it('the index gives no hash', async () => {
    machine.instead.set('index', (args) => {
      const install = [
        {
          download_info: { url: 'https://example.org/x.whl', archive_info: {} },
          metadata: { name: 'tensorflow_cpu', version: '2.21.0' },
        },
      ];
      writeFileSync(args[args.indexOf('--report') + 1] ?? '', JSON.stringify({ install }));
      return { status: 0, stdout: '', stderr: '' };
    });
    expect(await refusal()).toMatch(/gives no SHA-256 for tensorflow-cpu==2\.21\.0/);
  });

  it('the wheel is not what the index promised', async () => {
    machine.instead.set(
      'download',
      failing('ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.'),
    );
    expect(await refusal()).toMatch(/What was downloaded is not what the index promised\./);
    // Nor is it believed where pip lets it pass.
    machine.instead.set('download', (args) => {
      const folder = args[args.indexOf('--dest') + 1] ?? '';
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'tensorflow_cpu-2.21.0.whl'), 'another');
      return { status: 0, stdout: '', stderr: '' };
    });
    expect(await refusal()).toMatch(/was downloaded, but is not what the index promised\./);
    machine.instead.clear();
    expect((await provision()).at(-1)).toMatchObject({ made: true });
  });

  it('npm does not get the package, or another one', async () => {
    machine.instead.set(
      'pack',
      failing('npm error code ENOTFOUND\nnpm error network request to https://registry.example.org failed'),
    );
    expect(await refusal()).toMatch(/npm registry cannot be reached .*what is there already is kept/);
    machine.instead.clear();
    expect(await refusal({ integrity: 'sha512-other' })).toMatch(
      /What npm gave for @tensorflow\/tfjs-node-gpu@4\.22\.0 is not what was published/,
    );
  });

  it.each([
    [
      'the system is too old for it',
      "Error: /lib/libm.so.6: version `GLIBC_2.99' not found (required by libtensorflow_cc.so.2)",
      /does not compute here: the system is older than what it was made for\. Take an older version/,
    ],
    [
      'it is for another processor',
      'Error: libtensorflow_cc.so.2: wrong ELF class: ELFCLASS32',
      /it is for another processor\. Remove it/,
    ],
    ['it ends the process', '', /does not compute here: it ends the process that loads it \(status 132\)\. /],
  ])('the trial fails: %s', async (_, said, expected) => {
    machine.instead.set('trial', { status: 132, stdout: '', stderr: said });
    expect(await refusal()).toMatch(expected);
    expect(existsSync(join(root, KEY))).toBe(false);
  });
});

describe('a wheel is refused that', () => {
  it.each<readonly [string, WheelOptions, RegExp]>([
    [
      'was changed',
      { tampered: /libtensorflow_cc/ },
      /is damaged: tensorflow\/libtensorflow_cc\.so\.2 in it .*is not what its own list says/,
    ],
    [
      'has changed headers',
      { tampered: /tsl_status/ },
      /is damaged: .*tsl_status\.h in it is not what its own list says/,
    ],
    [
      'has no library',
      { without: /libtensorflow_framework/ },
      /which has no tensorflow\/libtensorflow_framework\.so\.2\. Take a wheel of/,
    ],
    ['has no list of its files', { without: /RECORD/ }, /is damaged: it has no list of its files/],
    [
      'is for another processor',
      { machine: ARM64 },
      /libtensorflow_framework\.so\.2 in .+ is for arm64, and this machine is x64\. Take the wheel for x64/,
    ],
    ['is of another package', { name: 'torch' }, /is a wheel of torch\. Name one of tensorflow-cpu or tensorflow\./],
  ])('%s', async (_, options, expected) => {
    expect(await refusal({ wheel: fakeWheel(at('mine.whl'), options) })).toMatch(expected);
    expect(existsSync(join(root, KEY))).toBe(false);
  });

  it('was cut, is no zip file, or is not there', async () => {
    const wheel = fakeWheel(at('mine.whl'));
    writeFileSync(wheel, readFileSync(wheel).subarray(0, 2000));
    expect(await refusal({ wheel })).toMatch(/^HW_SETUP: The wheel .+ is damaged: .+ Download it again/);
    writeFileSync(wheel, '<html>');
    expect(await refusal({ wheel })).toMatch(/^HW_SETUP: The wheel .+ is damaged: /);
    expect(await refusal({ wheel: root })).toMatch(/^HW_PATH: No such file: /);
    expect(await refusal({ wheel: at('other.whl') })).toMatch(/^HW_PATH: No such file: .+other\.whl\./);
  });

  it('is not of the version asked for', async () => {
    expect(await refusal({ wheel: fakeWheel(at('mine.whl')), version: '2.20.0' })).toMatch(
      /^HW_USAGE: .+mine\.whl is of version 2\.21\.0, and --version says 2\.20\.0\./,
    );
  });
});

describe('what is found in the folder of set-ups', () => {
  const manifest = {
    format: 1,
    version: '2.21.0',
    gpu: false,
    platform: process.platform,
    arch: process.arch,
    napi: 8,
    package: 'p',
    wheelSha256: 'w',
    device: 'cpu',
    files: {},
  };
  const put = (name: string, content: string | undefined): void => {
    mkdirSync(join(root, name), { recursive: true });
    if (content !== undefined) writeFileSync(join(root, name, MANIFEST), content);
  };

  it('is ordered: GPU before processor, newer before older, what cannot be used last', () => {
    put('a', undefined);
    put('b', JSON.stringify({ ...manifest, version: '2.9.1' }));
    put('c', JSON.stringify({ ...manifest, version: '2.21.0' }));
    put('d', JSON.stringify({ ...manifest, version: '2.18.0', gpu: true }));
    expect(findSetups(root).map(({ folder }) => folder.slice(-1))).toEqual(['d', 'c', 'b', 'a']);
  });

  it.each([
    ['has no manifest', undefined, /it was not finished\. Run headwater setup tensorflow again\./],
    ['has one that is no JSON', '{"format"', /cannot be read\. Run/],
    [
      'has one of another format',
      JSON.stringify({ ...manifest, format: 2 }),
      /damaged, or of another version of headwater/,
    ],
    [
      'is for another processor',
      JSON.stringify({ ...manifest, arch: 'mips' }),
      /was made for \w+ on mips, and this is .+ Run headwater setup tensorflow on this machine\./,
    ],
    ['lacks a file', JSON.stringify({ ...manifest, files: { 'lib/a.so': 5 } }), /lib\/a\.so in it is missing\./],
  ])('is told as unusable where it %s', (_, content, expected) => {
    put('a', content);
    expect(findSetups(root)).toEqual([
      { state: 'unusable', folder: join(root, 'a'), reason: expect.stringMatching(expected) as string },
    ]);
  });

  it('is nothing where there is no folder', () => {
    expect(findSetups(at('nowhere'))).toEqual([]);
  });
});
