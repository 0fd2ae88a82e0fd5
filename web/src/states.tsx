// Placeholders for answers that are pending or failed.
import type { ComponentChildren } from 'preact';
import type { Problem } from './api';

// Whether the same request may succeed later. False if the request itself was invalid.
const mayHelp = (status: number): boolean => status < 400 || status >= 500 || status === 429;

export function Failure({ problem, again }: { problem: Problem; again: () => void }) {
  return (
    <div class="notice" role="alert">
      <h2>{problem.status === 0 ? 'No answer' : 'The request failed'}</h2>
      <p>{problem.message}</p>
      {mayHelp(problem.status) ? (
        <button type="button" class="button" onClick={again}>
          Try again
        </button>
      ) : null}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="notice">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

// Grey placeholder lines in the shape of the content.
export function Waiting({ lines, label }: { lines: number; label: string }) {
  return (
    <div class="waiting" role="status">
      <span class="for-readers">{label}</span>
      {Array.from({ length: lines }, (_, i) => (
        <div key={i} class="waiting-line" aria-hidden="true">
          <i />
          <b />
        </div>
      ))}
    </div>
  );
}
