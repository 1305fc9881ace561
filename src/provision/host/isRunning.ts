import { codeOf } from '../../contracts/codeOf.js';

/** Whether a process of this machine exists. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process belongs to another user.
    return codeOf(error) === 'EPERM';
  }
};
