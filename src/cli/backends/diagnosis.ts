import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { HostSystem } from '../../provision/host/HostSystem.js';
import { setupsFolder } from '../../provision/tensorflow/SetupKey.js';
import { findSetups, type FoundSetup } from '../../provision/tensorflow/SetupManifest.js';
import { howItEnded } from '../../provision/host/runCommand.js';
import {
  findGpus,
  findTools,
  type Gpu,
  type MissingTool,
  type Tool,
  type ToolName,
} from '../../provision/host/tools.js';
import { BACKEND_NAMES, type BackendName } from '../../ops/backends/selectBackend.js';
import { VERSION } from '../process/version.js';
import { type VectorsHealth, vectorsHealth } from './vectorsHealth.js';

/** How a backend fares on this machine. */
export interface BackendHealth {
  readonly name: BackendName;
  readonly loads: boolean;
  /** What it computes on, where it loads. */
  readonly device?: 'cpu' | 'gpu';
  /** What it computes on and with, or why it does not load and what to do about it. */
  readonly reason: string;
}

/** What `headwater doctor` finds. */
export interface Diagnosis {
  readonly headwater: string;
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  /** The version of the GNU C library; undefined where there is another one. */
  readonly glibc: string | undefined;
  readonly cores: number;
  readonly gpus: readonly Gpu[];
  readonly backends: readonly BackendHealth[];
  readonly setupsFolder: string;
  readonly setups: readonly FoundSetup[];
  readonly tools: readonly (Tool | MissingTool)[];
  readonly vectors: VectorsHealth;
}

const PROBE = fileURLToPath(new URL('./probeBackend.js', import.meta.url));

const TOOLS: readonly ToolName[] = ['python3', 'pip', 'compiler', 'make', 'npm', 'tar'];

const isHealth = (value: unknown): value is Omit<BackendHealth, 'name'> =>
  typeof value === 'object' && value !== null && 'loads' in value && 'reason' in value;

/** Tries a backend in a process of its own, which a library that does not fit may end. */
const probe = async (name: BackendName, { run }: HostSystem, signal: AbortSignal): Promise<BackendHealth> => {
  const ended = await run(process.execPath, [PROBE, name], { signal });
  try {
    const health: unknown = JSON.parse(ended?.stdout.trim().split('\n').at(-1) ?? '');
    if (isHealth(health)) return { name, ...health };
  } catch {
    // It ended before it could say anything.
  }
  return {
    name,
    loads: false,
    reason: `It ends the process that loads it (${howItEnded(ended)}). Use --backend headwater.`,
  };
};

/** Looks at the machine, at every backend, at what is set up and at what a set-up needs. */
export const diagnose = async (
  machine: HostSystem,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Diagnosis> => {
  const folder = setupsFolder(env);
  const [gpus, tools] = await Promise.all([findGpus(machine.run, signal), findTools(TOOLS, machine.run, signal)]);
  const backends: BackendHealth[] = [];
  // One by one: each may take all of the processor and of the memory.
  for (const name of BACKEND_NAMES) if (name !== 'auto') backends.push(await probe(name, machine, signal));
  return {
    headwater: VERSION,
    node: process.version,
    platform: machine.platform,
    arch: machine.arch,
    glibc: machine.glibc,
    cores: availableParallelism(),
    gpus,
    backends,
    setupsFolder: folder,
    setups: findSetups(folder),
    tools,
    vectors: await vectorsHealth(env),
  };
};
