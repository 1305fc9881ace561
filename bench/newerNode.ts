import { spawnSync } from 'node:child_process';

/** The first version of Node whose engine processes two vectors as one: see `raiseEngineFlags`. */
const NEWER = 24;

/**
 * A newer Node than the current one, from npm (stored in npm's cache); undefined where the current one is new enough.
 */
export const newerNode = (): string | undefined => {
  if (Number(process.versions.node.split('.')[0]) >= NEWER) return undefined;
  const { status, stdout, stderr, error } = spawnSync(
    'npm',
    ['exec', '--yes', `--package=node@${NEWER}`, '--call', 'node -p process.execPath'],
    { encoding: 'utf8' },
  );
  if (status !== 0)
    throw new Error(
      `Node ${NEWER} cannot be had from npm (${error?.message ?? stderr.trim()}). ` +
        'Give the path of one by --node, or --node none.',
    );
  return stdout.trim();
};
