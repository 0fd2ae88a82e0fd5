import type { Features, Field, Recommendations, RecommendRequest } from '../api';
import { Listed } from '../listed';
import { useServed, type Served } from '../served';
import { count, list, plural, shortened } from '../text';
import type { Answer } from '../use_answer';
import { useItems } from '../use_items';
import { CopyCurl } from './curl';
import { ordersOf, retrievedOf, seenOf, shownOf, type Choice } from './choice';

const kNamed = 3; // items of a history

interface Props {
  choice: Choice;
  onChange: (choice: Choice) => void;
  answer: Answer<Recommendations>;
  request: RecommendRequest; // the request sent
}

// "Drama", "Music". Numbers include the column: "age 30".
function givenOf(field: Field, values: string[], title: Served['title']): string[] {
  return values.map((value) => (/^[-+\d]/.test(value) ? `${title(field.column).toLowerCase()} ${value}` : value));
}

// "Drama or Music", "year 1990 to 2000", "year up to 2000"
function boundsOf(field: Field, values: string[], title: Served['title']): string {
  if (field.input !== 'number' && field.input !== 'time') return list(values.map((value) => shortened(value)), 'or');
  const [least = '', most = ''] = values;
  if (least === '') return `${title(field.column).toLowerCase()} up to ${most}`;
  return `${title(field.column).toLowerCase()} ${most === '' ? `from ${least}` : `${least} to ${most}`}`;
}

// The list's order: the model's own, unless the user chose another.
function orderOf({ features, title }: Served, label: string | undefined, chosen: Choice['order']): string {
  const order = chosen || features.order;
  if (!label || order === 'score') return 'by score';
  const predicted = `predicted ${title(label).toLowerCase()}`;
  return order === 'blend' ? `by score and ${predicted}` : `by ${predicted}`;
}

function seenText(seen: Choice['seen'], features: Features): string {
  return (seen || features.seen) === 'keep' ? 'kept' : 'left out';
}

function orderText(order: Choice['order'], label: string, title: Served['title']): string {
  return { '': 'as served', score: 'score', predicted: `predicted ${title(label).toLowerCase()}` }[order];
}

// The query in a sentence, how it was answered, and how many items to show.
export function Summary({ choice, onChange, answer, request }: Props) {
  const served = useServed();
  const { api, features, title } = served;
  const label = features.labels[0]?.label;
  const given = features.query
    .filter(({ kind }) => kind !== 'history')
    .flatMap((field) => givenOf(field, choice.query.get(field.column) ?? [], title));
  const taken = features.query.filter(({ kind }) => kind === 'history').flatMap(({ column }) => choice.query.get(column) ?? []);
  const itemOf = useItems(taken.slice(-kNamed));
  const last = taken.slice(-kNamed).map((id) => itemOf(id)?.display || id);
  const only = features.attributes.flatMap((field) => {
    const values = choice.only.get(field.column);
    return values ? [boundsOf(field, values, title)] : [];
  });
  // The form shows which values are not given, but not what follows from it.
  const warnings = [...new Set(answer.value?.warnings ?? [])].filter((warning) => !features.query.some(({ column }) => warning.startsWith(`${column} is not given,`)));
  const shown = answer.value?.items.length ?? 0;
  const order = orderOf(served, label, choice.order);
  const howFound = answer.value && !answer.value.exact ? ', found by an approximate index' : '';
  return (
    <header class="summary">
      <div>
        <h2 class="asked">
          {given.length > 0 ? (
            <>
              Recommended for{' '}
              <b>
                <Listed parts={given} />
              </b>
            </>
          ) : taken.length > 0 ? (
            'Recommended'
          ) : (
            'Recommended for a new visitor'
          )}
          {taken.length > 0 ? (
            <>
              {taken.length > last.length ? ` after ${plural(taken.length, 'item')}, the last of them ` : ' after '}
              <b>
                <Listed parts={last} />
              </b>
            </>
          ) : null}
          {only.length > 0 ? (
            <>
              , only{' '}
              <b>
                <Listed parts={only} />
              </b>
            </>
          ) : null}
        </h2>
        <p class="answered" role="status">
          {shown > 0 ? `The first ${plural(shown, 'item')} ${order}${howFound}` : '\u00a0'}
        </p>
      </div>
      {warnings.map((warning) => (
        <p key={warning} class="warning" dir="auto">
          {warning}
        </p>
      ))}
      <div class="amounts">
        <label>
          Show
          <select value={choice.k} onChange={(event) => onChange({ ...choice, k: Number(event.currentTarget.value) })}>
            {shownOf(features).map((n) => (
              <option key={n} value={n}>
                {n}
              </option>
            ))}
          </select>
        </label>
        {label && features.retrieval ? (
          <label>
            of the nearest
            <select
              value={choice.retrieve}
              onChange={(event) => onChange({ ...choice, retrieve: Number(event.currentTarget.value) })}
            >
              {retrievedOf(features).map((n) => (
                <option key={n} value={n}>
                  {n === 0 ? `${count(10 * choice.k)}` : count(n)}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        {label && ordersOf(features).length > 1 ? (
          <label>
            Order
            <select
              value={choice.order}
              onChange={(event) => onChange({ ...choice, order: event.currentTarget.value as Choice['order'] })}
            >
              {ordersOf(features).map((order) => (
                <option key={order} value={order}>
                  {orderText(order, label, title)}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        {seenOf(features).length > 1 ? (
          <label>
            Seen items
            <select
              value={choice.seen}
              onChange={(event) => onChange({ ...choice, seen: event.currentTarget.value as Choice['seen'] })}
            >
              {seenOf(features).map((seen) => (
                <option key={seen} value={seen}>
                  {seenText(seen, features)}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <CopyCurl path={api.recommendPath} request={request} />
      </div>
    </header>
  );
}
