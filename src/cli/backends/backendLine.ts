import type { SelectedBackend } from '../../ops/backends/selectBackend.js';

/** The backend that is reported for a model without tensors. */
export const NO_BACKEND: SelectedBackend = { name: 'none', reason: 'a linear model is computed on the processor' };

/** A line with the backend and the reason for it. */
export const backendLine = ({ name, reason }: SelectedBackend): string => `backend: ${name} (${reason})`;
