import type { Explanation, Label, Recommendation } from '../api';
import { useServed } from '../served';
import { change, digitsOf, figure, fixed, list, shortened, titleOf } from '../text';
import { Listed } from '../listed';
import type { Choice } from './choice';
import { digitsOfScale, type Scale } from './scale';

interface Props {
  item: Recommendation;
  explanation: Explanation;
  choice: Choice;
  scales: Scale[]; // of the labels
}

const kMethods: Record<string, string> = {
  additive: 'The score is the sum of what each feature gives.',
  integrated_gradients: 'What each feature gives to the score, by integrated gradients; the parts add up to it.',
  popular: 'The score is how often the item occurs in the training data. It is the same for every query.',
};

// What each feature of the query gave to an item's score, and to what is predicted of it.
export function Why({ item, explanation, choice, scales }: Props) {
  const { features } = useServed();
  const labels = features.labels;
  const scored = explanation.constant !== undefined;
  const parts = explanation.features;
  const most = Math.max(...parts.map((part) => Math.abs(part.score ?? 0)), Math.abs(explanation.constant ?? 0));
  const mostOf = ({ label }: Label) => Math.max(...parts.map((part) => Math.abs(part.predictions?.[label] ?? 0)));
  const given = (column: string) => choice.query.get(column) ?? [];
  return (
    <div class="why">
      <div class="wide">
        <table>
          <caption class="for-readers">Why {shortened(item.id)}</caption>
          <thead>
            <tr>
              <th scope="col">Feature</th>
              {scored ? (
                <th scope="col" class="number">
                  Score
                </th>
              ) : null}
              {labels.map(({ label }) => (
                <th key={label} scope="col" class="number">
                  {titleOf(label)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {parts.map((part) => (
              <tr key={part.feature}>
                <th scope="row">
                  {titleOf(part.feature)}
                  <small>{given(part.column).length > 0 ? <Listed parts={given(part.column)} /> : 'not given'}</small>
                </th>
                {scored ? <Share value={part.score ?? 0} most={most} digits={2} /> : null}
                {labels.map((label, i) => (
                  <Share
                    key={label.label}
                    value={part.predictions?.[label.label] ?? 0}
                    most={mostOf(label)}
                    digits={digitsOfScale(scales[i]!)}
                  />
                ))}
              </tr>
            ))}
            {scored ? (
              <tr>
                <th scope="row">The item alone</th>
                <Share value={explanation.constant!} most={most} digits={2} />
                {labels.map(({ label }) => (
                  <td key={label} />
                ))}
              </tr>
            ) : null}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">With all of them</th>
              {scored ? <td class="number">{item.score == null ? '–' : figure(item.score)}</td> : null}
              {labels.map(({ label }, i) => (
                <td key={label} class="number">
                  {item.predictions?.[label] == null ? '–' : fixed(item.predictions[label], digitsOfScale(scales[i]!))}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
      <p>
        {scored ? (kMethods[explanation.method] ?? '') : ''}
        {labels.length > 0 ? ` ${list(labels.map(({ label }) => titleOf(label)))}: how much higher the prediction is than without the feature.` : ''}
      </p>
    </div>
  );
}

// A number with a bar to the left or the right of nothing. `digits`: the fewest after the point.
function Share({ value, most, digits }: { value: number; most: number; digits: number }) {
  const width = most > 0 ? (50 * Math.abs(value)) / most : 0;
  return (
    <td class="number share">
      <span class="diverging" aria-hidden="true">
        <i class={value < 0 ? 'less' : ''} style={{ width: `${width}%`, left: `${value < 0 ? 50 - width : 50}%` }} />
      </span>
      {change(value, most > 0 ? Math.max(digits, digitsOf(most)) : digits)}
    </td>
  );
}
