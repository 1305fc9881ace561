import { problem, type Problem, type ProblemDetails, type ProblemKind } from './problem.js';

/** What a refusal says beyond its kind. */
export interface RefusalDetails extends ProblemDetails {
  /** Header fields that the status asks for, such as `allow`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/**
 * Thrown where a request is not carried out: it knows its answer. It never leaves the server, so it is no
 * `HeadwaterError`.
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
