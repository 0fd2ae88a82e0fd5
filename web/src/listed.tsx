import { Fragment } from 'preact';
import { shortened } from './text';

const kLength = 120;

// The user's texts in a sentence: "a, b and c". Each is isolated, so that right-to-left text does not reorder
// its neighbours. Long texts are cut.
export function Listed({ parts, word = 'and' }: { parts: string[]; word?: string }) {
  const last = parts.length - 1;
  return (
    <>
      {parts.map((part, i) => (
        <Fragment key={i}>
          {i === 0 ? '' : i < last ? ', ' : ` ${word} `}
          <bdi>{shortened(part, kLength)}</bdi>
        </Fragment>
      ))}
    </>
  );
}
