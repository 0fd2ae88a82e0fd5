import type { FieldFault, ProblemDetails } from './types.js';

/** A failed request: an answer that is not a success, or no answer at all. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    /** The HTTP status. 0 if the server does not respond. */
    readonly status: number,
    message: string,
    /** The problem for programs, such as "invalid_field". Empty if the answer is not from Shortlist. */
    readonly code = '',
    /** The fields at fault. */
    readonly errors: FieldFault[] = [],
  ) {
    super(message);
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  try {
    const { title, detail = title, code, errors } = (await response.json()) as ProblemDetails;
    return new Problem(response.status, detail, code, errors);
  } catch {
    return new Problem(response.status, response.statusText || `status ${response.status}`);
  }
}
