import type { SelectedBackend } from '../../ops/backends/selectBackend.js';

/** What is said of a model that has no tensors. */
export const NO_BACKEND: SelectedBackend = { name: 'none', reason: 'a linear model is computed on the processor' };

/** Says which backend computes, and why. */
export const backendLine = ({ name, reason }: SelectedBackend): string => `backend: ${name} (${reason})`;
