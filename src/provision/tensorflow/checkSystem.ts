import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { HostSystem } from '../host/HostSystem.js';
import { setupError } from '../host/setupError.js';
import { findGpus, findTools, isOlder, type Tool, type ToolName } from '../host/tools.js';

/** The oldest version of the GNU C library that the wheels support. */
const LEAST_GLIBC = '2.27';

/** The disk space that a set-up needs, in bytes: the wheel, its unpacked files, and the build. */
const DISK_SPACE = { cpu: 1.5e9, gpu: 9e9 };

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/**
 * Checks that libtensorflow can be set up on this system, and that the disk has enough free space.
 *
 * @throws HeadwaterError `HW_SETUP`
 */
export const checkSystem = async (
  { platform, arch, glibc, run, free }: HostSystem,
  { gpu = false, root }: { readonly gpu?: boolean | undefined; readonly root: string },
  signal: AbortSignal,
): Promise<void> => {
  if (platform !== 'linux' || !['x64', 'arm64'].includes(arch))
    throw setupError(
      `libtensorflow can be set up on Linux on x64 and arm64, and this is ${platform} on ${arch}.`,
      'Use --backend headwater.',
    );
  if (gpu && arch !== 'x64')
    throw setupError(`TensorFlow has GPU wheels for x64 alone, and this is ${arch}.`, 'Leave --gpu out.');
  if (glibc === undefined)
    throw setupError(
      `TensorFlow's wheels need the GNU C library ${LEAST_GLIBC} or later, ` +
        'and this system has another C library (musl, as Alpine has).',
      'Use an image with glibc (node:22-slim, Debian, Ubuntu), or --backend headwater.',
    );
  if (isOlder(glibc, LEAST_GLIBC))
    throw setupError(
      `TensorFlow's wheels need the GNU C library ${LEAST_GLIBC} or later, and this system has ${glibc}.`,
      'Use a newer system, or --backend headwater.',
    );
  const available = await free(root);
  const needed = DISK_SPACE[gpu ? 'gpu' : 'cpu'];
  if (available < needed)
    throw setupError(
      `There are ${gigabytes(available)} free in ${root}, and the set-up needs ${gigabytes(needed)} while it is made.`,
      'Make room, or name another folder with --dest.',
    );
  if (gpu && (await findGpus(run, signal)).length === 0)
    throw setupError(
      'No NVIDIA driver answers (nvidia-smi).',
      'Install the driver for the GPU (Debian and Ubuntu: apt-get install nvidia-driver), or leave --gpu out.',
    );
};

/**
 * Finds the versions of the tools that a set-up needs.
 *
 * @throws HeadwaterError `HW_SETUP`; it names all missing tools at once
 */
export const requireTools = async (
  names: readonly ToolName[],
  { run }: HostSystem,
  signal: AbortSignal,
): Promise<ReadonlyMap<ToolName, string>> => {
  const found = await findTools(names, run, signal);
  const missing = found.flatMap((tool) => ('problem' in tool ? [`${tool.problem} ${tool.remedy}`] : []));
  if (missing.length > 0) throw new HeadwaterError('HW_SETUP', missing.join(' '));
  return new Map(found.filter((tool): tool is Tool => 'version' in tool).map(({ name, version }) => [name, version]));
};
