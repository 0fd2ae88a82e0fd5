import { Fragment } from 'preact';
import { shortened } from './text';

const kLength = 120;

// People's texts in a sentence: "a, b and c". Each is isolated, so that one that runs from right to left does not
// reorder its neighbours; long ones are cut.
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
