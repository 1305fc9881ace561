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

/** The state of a backend on this machine. */
export interface BackendHealth {
  readonly name: BackendName;
  readonly loads: boolean;
  /** The device on which it computes, if it loads. */
  readonly device?: 'cpu' | 'gpu';
  /** What it computes with, or why it does not load and what to do. */
  readonly reason: string;
}

/** The findings of `headwater doctor`. */
export interface Diagnosis {
  readonly headwater: string;
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  /** The version of the GNU C library; undefined if the system has another one. */
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

/** Tries a backend in a separate process, because an incompatible library can crash it. */
const probe = async (name: BackendName, { run }: HostSystem, signal: AbortSignal): Promise<BackendHealth> => {
  const ended = await run(process.execPath, [PROBE, name], { signal });
  try {
    const health: unknown = JSON.parse(ended?.stdout.trim().split('\n').at(-1) ?? '');
    if (isHealth(health)) return { name, ...health };
  } catch {
    // The process ended before it could report anything.
  }
  return {
    name,
    loads: false,
    reason: `It ends the process that loads it (${howItEnded(ended)}). Use --backend headwater.`,
  };
};

/** Examines the machine, every backend, the existing set-ups and the tools that a set-up needs. */
export const diagnose = async (
  machine: HostSystem,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Diagnosis> => {
  const folder = setupsFolder(env);
  const [gpus, tools] = await Promise.all([findGpus(machine.run, signal), findTools(TOOLS, machine.run, signal)]);
  const backends: BackendHealth[] = [];
  // One after another, because each may use the whole processor and much memory.
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
