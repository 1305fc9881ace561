import { problem, type Problem, type ProblemDetails, type ProblemKind } from './problem.js';

/** The details of a refusal. */
export interface RefusalDetails extends ProblemDetails {
  /** Header fields that the status requires, such as `allow`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Thrown if a request is refused. It contains the answer. It never leaves the server, so it is not a `HeadwaterError`.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(kind: ProblemKind, detail: string, { headers = {}, ...details }: RefusalDetails = {}) {
    super(detail);
    this.problem = problem(kind, detail, details);
    this.headers = headers;
  }
}
