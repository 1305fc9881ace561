import type { Command } from 'commander';
import { path } from '../process/argument.js';

/** Whether and where the flow is shown. */
export interface FlowOptions {
  readonly flow?: boolean;
  readonly flowTrace?: string;
}

/** Puts the options that show the flow on a command. */
export const addFlowOptions = (command: Command): Command =>
  command
    .option(
      '--flow',
      'show each stage of the pipeline: its rate, its work, what it holds, and which one is the bottleneck',
    )
    .option('--flow-trace <file>', 'write the flow to this file, for Perfetto (ui.perfetto.dev) and Chrome', path);
