import type { SelectedBackend } from '../ops/selectBackend.js';

/** Says which backend computes, and why. */
export const backendLine = ({ name, reason }: SelectedBackend): string => `backend: ${name} (${reason})`;
