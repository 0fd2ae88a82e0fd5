import type { Features, Label } from '../api';
import { useServed } from '../served';
import { digitsOf, fixed, plain, titleOf } from '../text';
import type { Scale } from './scale';

// "the model's prediction, on the data's scale of 1 to 5, with a mean of 3.02"
function predictionText({ least, most, mean }: Label): string {
  if (least === undefined || most === undefined) return 'the value that the model predicts';
  const average = mean === undefined ? '' : `, with a mean of ${fixed(mean, digitsOf(most - least))}`;
  return `the value that the model predicts, on the data’s scale of ${plain(least)} to ${plain(most)}${average}`;
}

function scoreText({ kind }: Features): string {
  if (kind === 'popular') return 'how often the item occurs in the training data';
  return 'how well the item matches the query. It has no unit and can be compared only within one list';
}

// Explains the numbers of a list in words. `bars` are the ranges of the labels' bars.
export function Meanings({ bars, scored }: { bars: Scale[]; scored: boolean }) {
  const { features } = useServed();
  return (
    <dl class="meanings">
      {features.labels.map((label, i) => (
        <div key={label.label}>
          <dt>{titleOf(label.label)}</dt>{' '}
          <dd>
            {predictionText(label)}. Bars run from {plain(bars[i]!.least)} to {plain(bars[i]!.most)}.
          </dd>
        </div>
      ))}
      {scored ? (
        <div>
          <dt>Score</dt> <dd>{scoreText(features)}.</dd>
        </div>
      ) : null}
    </dl>
  );
}
