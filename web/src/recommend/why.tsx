import { Fragment } from 'preact';
import type { Explanation, Label, Recommendation } from '../api';
import { Listed } from '../listed';
import { useServed } from '../served';
import { change, digitsOf, fixed, list, plural, shortened } from '../text';
import type { Choice } from './choice';
import { digitsOfScale, type Scale } from './scale';

interface Props {
  item: Recommendation;
  explanation: Explanation;
  choice: Choice;
  known: Record<string, string[]> | undefined; // histories of the query's user, by column, that were used
  scales: Scale[]; // one per label
}

const kMethods: Record<string, string> = {
  additive: 'The parts add up to the score.',
  integrated_gradients: 'The parts, found by integrated gradients, add up to the score.',
  popular: 'The score is how often the item occurs in the training data.',
  history: 'The items of the history add up to the score.',
};

type Part = Explanation['features'][number];
type Shared = Pick<Part, 'score' | 'predictions'>; // a feature, or an item of a history

const historyText = (given: string[], known: string[] = []) =>
  given.length > 0 ? plural(given.length, 'item') : `${plural(known.length, 'known item')} of the user`;

// The length of a bar of 1 in a label's column, in scores. Labels that vary by less than 1 are stretched to
// that.
const unitOf = ({ least, most }: Label): number =>
  least !== undefined && most !== undefined && most > least ? Math.max(1, 1 / (most - least)) : 1;

// The contribution of each given query feature to an item's score and predictions. The remainder of the score
// belongs to the item alone.
export function Why({ item, explanation, choice, known, scales }: Props) {
  const { features, title } = useServed();
  const { labels } = features;
  const scored = explanation.constant !== undefined;
  const given = (column: string) => choice.query.get(column) ?? [];
  const counts = (part: Part) => given(part.column).length > 0 || (known?.[part.column]?.length ?? 0) > 0;
  const parts = explanation.features.filter(counts);
  const others = explanation.features.filter((part) => !counts(part));
  const histories = new Set(features.query.filter(({ kind }) => kind === 'history').map(({ column }) => column));
  const ofHistory = parts.flatMap((part) => part.history ?? []);
  const alone = others.reduce((sum, part) => sum + (part.score ?? 0), explanation.constant ?? 0);
  const scores = [alone, ...[...parts, ...ofHistory].map((part) => part.score ?? 0)].map(Math.abs);
  const scoreDigits = Math.max(2, digitsOf(Math.max(...scores)));
  const predicted = (part: Shared, label: Label) => part.predictions?.[label.label] ?? 0;
  // All bars share one scale, so that bar lengths can be compared.
  const most = Math.max(
    ...scores,
    ...[...parts, ...ofHistory].flatMap((part) => labels.map((label) => Math.abs(predicted(part, label)) * unitOf(label))),
  );
  const shares = (part: Shared) => (
    <>
      {scored ? <Share value={part.score ?? 0} length={Math.abs(part.score ?? 0) / most} digits={scoreDigits} /> : null}
      {labels.map((label, i) => (
        <Share
          key={label.label}
          value={predicted(part, label)}
          length={(Math.abs(predicted(part, label)) * unitOf(label)) / most}
          digits={digitsOfScale(scales[i]!)}
        />
      ))}
    </>
  );
  return (
    <div class="why">
      <div class="wide">
        <table>
          <caption class="for-readers">Why {shortened(item.display || item.id)}</caption>
          <thead>
            <tr>
              <th scope="col">Given</th>
              {scored ? (
                <th scope="col" class="number">
                  Score
                </th>
              ) : null}
              {labels.map(({ label }) => (
                <th key={label} scope="col" class="number">
                  {title(label)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {parts.map((part) => (
              <Fragment key={part.feature}>
                <tr>
                  <th scope="row">
                    {title(part.feature)}
                    <small>
                      {histories.has(part.column) ? (
                        historyText(given(part.column), known?.[part.column])
                      ) : (
                        <Listed parts={given(part.column)} />
                      )}
                    </small>
                  </th>
                  {shares(part)}
                </tr>
                {(part.history ?? []).map((one) => (
                  <tr key={one.id} class="of-history">
                    <th scope="row" dir="auto">
                      <span class="for-readers">{title(part.feature)}: </span>
                      {shortened(one.display || one.id)}
                    </th>
                    {shares(one)}
                  </tr>
                ))}
              </Fragment>
            ))}
            {scored ? (
              <tr>
                <th scope="row">
                  The item itself
                  <small>for any query</small>
                </th>
                <Share value={alone} length={Math.abs(alone) / most} digits={scoreDigits} />
                {labels.map(({ label }) => (
                  <td key={label} />
                ))}
              </tr>
            ) : null}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Together</th>
              {scored ? <td class="number">{item.score == null ? '–' : fixed(item.score, scoreDigits)}</td> : null}
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
        {parts.length === 0 ? 'The query is empty, so the item is ranked on its own. ' : ''}
        {scored ? (kMethods[explanation.method] ?? '') : ''}
        {labels.length > 0 && parts.length > 0
          ? ` ${list(labels.map(({ label }) => title(label)))}: how much higher the prediction is than without the feature.`
          : ''}
        {ofHistory.length > 0 ? ' Items of a history: how much lower it is without the item. Only those that count most are shown.' : ''}
      </p>
    </div>
  );
}

// A number with a bar to the left or right of zero. `length` is that of the longest bar, `digits` the minimum
// number of decimals.
function Share({ value, length, digits }: { value: number; length: number; digits: number }) {
  const width = Number.isFinite(length) ? 50 * length : 0;
  const small = value !== 0 && Math.abs(value) < 0.5 * 10 ** -digits;
  return (
    <td class="number share">
      <span class="diverging" aria-hidden="true">
        <i class={value < 0 ? 'less' : ''} style={{ width: `${width}%`, left: `${value < 0 ? 50 - width : 50}%` }} />
      </span>
      {small ? fixed(0, digits) : change(value, digits)}
    </td>
  );
}
