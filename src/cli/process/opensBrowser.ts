import { isInteractive } from '../../sinks/terminal/isInteractive.js';
import type { Terminal } from './Terminal.js';

/**
 * Whether the user can see a browser that is opened here: on a terminal, not in continuous integration, on the user's
 * own machine, with a screen.
 */
export const opensBrowser = (
  { stderr, env }: Pick<Terminal, 'stderr' | 'env'>,
  platform: NodeJS.Platform = process.platform,
): boolean => {
  if (!isInteractive(stderr, env)) return false;
  const has = (name: string): boolean => (env[name] ?? '') !== '';
  if (has('SSH_CONNECTION') || has('SSH_TTY')) return false;
  // Other systems always have a screen. On Linux without a screen, a text browser might take over the terminal.
  return (
    platform === 'win32' || platform === 'darwin' || has('DISPLAY') || has('WAYLAND_DISPLAY') || has('WSL_DISTRO_NAME')
  );
};
