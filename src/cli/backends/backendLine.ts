import type { SelectedBackend } from '../../ops/backends/selectBackend.js';

/** Says which backend computes, and why. */
export const backendLine = ({ name, reason }: SelectedBackend): string => `backend: ${name} (${reason})`;
