import { spawnSync } from 'node:child_process';

/** The first Node whose engine computes two vectors as one: see `raiseEngineFlags`. */
const NEWER = 24;

/** A newer Node than the one that runs, from npm (kept in npm's own cache); undefined where this one is new enough. */
export const newerNode = (): string | undefined => {
  if (Number(process.versions.node.split('.')[0]) >= NEWER) return undefined;
  const { status, stdout, stderr, error } = spawnSync(
    'npm',
    ['exec', '--yes', `--package=node@${NEWER}`, '--call', 'node -p process.execPath'],
    { encoding: 'utf8' },
  );
  if (status !== 0)
    throw new Error(
      `Node ${NEWER} cannot be had from npm (${error?.message ?? stderr.trim()}). Give the path of one by --node, or --node none.`,
    );
  return stdout.trim();
};
