import type { Command } from 'commander';
import { path } from '../process/argument.js';

/** The options for showing the flow. */
export interface FlowOptions {
  readonly flow?: boolean;
  readonly flowTrace?: string;
}

/** Adds the options for showing the flow to a command. */
export const addFlowOptions = (command: Command): Command =>
  command
    .option(
      '--flow',
      'show each stage of the pipeline: its rate, its work, what it holds, and which one is the bottleneck',
    )
    .option('--flow-trace <file>', 'write the flow to this file, for Perfetto (ui.perfetto.dev) and Chrome', path);
