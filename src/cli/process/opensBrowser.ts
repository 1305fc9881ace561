import { isInteractive } from '../../sinks/terminal/isInteractive.js';
import type { Terminal } from './Terminal.js';

/**
 * Whether a browser opened from here is seen by whoever typed the command: on a terminal, outside continuous
 * integration, on the machine that they sit at, with a screen.
 */
export const opensBrowser = (
  { stderr, env }: Pick<Terminal, 'stderr' | 'env'>,
  platform: NodeJS.Platform = process.platform,
): boolean => {
  if (!isInteractive(stderr, env)) return false;
  const has = (name: string): boolean => (env[name] ?? '') !== '';
  if (has('SSH_CONNECTION') || has('SSH_TTY')) return false;
  // Elsewhere there is always a screen; here, without one, a browser for the terminal might take it over.
  return (
    platform === 'win32' || platform === 'darwin' || has('DISPLAY') || has('WAYLAND_DISPLAY') || has('WSL_DISTRO_NAME')
  );
};
