import { Command } from 'commander';
import { Observable, tap } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { thisSystem } from '../../../provision/host/HostSystem.js';
import { printable } from '../../../sinks/terminal/printable.js';
import { diagnose, type Diagnosis } from '../../backends/diagnosis.js';
import type { Choose } from '../../process/Job.js';
import type { Terminal } from '../../process/Terminal.js';

interface Options {
  readonly json?: boolean;
}

const HELP = `
Loads each backend in a process of its own and computes one product. The exit status is 0 if the backend
headwater works.

Examples:
  $ headwater doctor
  $ headwater doctor --json | jq '.backends[] | select(.loads)'
`;

type Line = readonly [name: string, text: string];

const section = (title: string, lines: readonly Line[]): string => {
  const width = Math.max(...lines.map(([name]) => name.length));
  return `${title}\n${lines.map(([name, text]) => `  ${name.padEnd(width)}  ${printable(text)}\n`).join('')}`;
};

const asText = ({
  headwater,
  node,
  platform,
  arch,
  glibc,
  cores,
  gpus,
  backends,
  setupsFolder,
  setups,
  tools,
  vectors,
}: Diagnosis): string => {
  const machine: Line[] = [
    ['headwater', headwater],
    ['node', `${node}, ${platform} on ${arch}, ${glibc === undefined ? 'no GNU C library' : `GNU C library ${glibc}`}`],
    ['cores', String(cores)],
    [
      'gpus',
      gpus.length === 0
        ? 'no NVIDIA driver answers'
        : gpus.map(({ name, driver }) => `${name} (driver ${driver})`).join(', '),
    ],
  ];
  const loading = backends.map(({ name, loads, device, reason }): Line => [
    name,
    `${loads ? `loads, on the ${device === 'gpu' ? 'GPU' : 'processor'}` : 'does not load'}: ` +
      reason.replace(/, on the (GPU|processor)$/, ''),
  ]);
  const found = setups.map((setup): Line => [
    setup.folder,
    setup.state === 'ready'
      ? `libtensorflow ${setup.manifest.version} for ${setup.manifest.gpu ? 'NVIDIA GPUs' : 'the processor'}`
      : `cannot be used: ${setup.reason}`,
  ]);
  return [
    section('machine', machine),
    section('backends', loading),
    section(
      `set-ups of libtensorflow in ${printable(setupsFolder)}`,
      found.length === 0 ? [['none', 'headwater setup tensorflow makes one']] : found,
    ),
    section('English word vectors', [
      [vectors.path, vectors.state === 'unusable' ? `cannot be used: ${vectors.reason}` : vectors.reason],
    ]),
    section(
      'what headwater setup needs',
      tools.map((tool): Line => [tool.name, 'version' in tool ? tool.version : `${tool.problem} ${tool.remedy}`]),
    ),
  ].join('\n');
};

const diagnosis$ = (terminal: Terminal): Observable<Diagnosis> =>
  new Observable((subscriber) => {
    const abort = new AbortController();
    subscriber.add(() => abort.abort());
    diagnose(thisSystem(), terminal.env, abort.signal).then(
      (found) => {
        subscriber.next(found);
        subscriber.complete();
      },
      (error: unknown) => subscriber.error(error),
    );
  });

/** `headwater doctor`. */
export const doctorCommand = (terminal: Terminal, choose: Choose): Command =>
  new Command('doctor')
    .description('show which backends work on this machine, and why the others do not')
    .option('--json', 'write JSON')
    .addHelpText('after', HELP)
    .action(({ json = false }: Options) =>
      choose({
        work$: diagnosis$(terminal).pipe(
          tap((found) => {
            terminal.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : asText(found));
            const embedded = found.backends.find(({ name }) => name === 'headwater');
            if (embedded?.loads !== true)
              throw new HeadwaterError(
                'HW_BACKEND',
                `The embedded backend does not work here: ${embedded?.reason ?? 'it was not tried'}`,
              );
          }),
        ),
        outlivesReader: false,
      }),
    );
