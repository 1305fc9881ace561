import { map } from 'rxjs';

/** Values as letters, in their order. */
export const letters = (all: string) => map((_: unknown, at: number) => all[at] ?? '?');
