/** Gives the path of a file in the folder of a run. */
export type At = (name: string) => string;

/** A command that runs until it is stopped. */
export interface RunningCommand {
  /** What it wrote to stdout and stderr. */
  readonly said: () => string;
  /** Whether it runs no more. */
  readonly isOver: () => boolean;
  /** Sends it SIGINT. */
  readonly stop: () => void;
}

/** A command that writes. */
export interface WritingCommand {
  readonly name: string;
  readonly args: (at: At) => readonly string[];
  /** What runs instead of the command. */
  readonly act?: (at: At) => Promise<unknown>;
  /** What others do with the command while it runs. */
  readonly drive?: (running: RunningCommand) => Promise<void>;
  /** Whether what was done before an error stays for the next run, which goes on with it. */
  readonly resumes?: boolean;
  /** The status of a run that nothing disturbs. Default: 0. */
  readonly status?: number;
  readonly input?: string;
  /** Puts what is there before into an empty folder. */
  readonly prepare: (folder: string) => void;
  /** What is the old one or the new one, whole, at every moment: folders of models, and files. */
  readonly models?: readonly string[];
  readonly files?: readonly string[];
  /** Files that grow by whole lines. */
  readonly logs?: readonly string[];
}
