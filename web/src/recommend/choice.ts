// The user's choices in the Recommend view, in the address bar and as a request.
import type { Condition, Features, Field, Input, QueryValue, RecommendRequest, Seen } from '../api';

export interface Choice {
  query: Map<string, string[]>; // texts by column; absent columns are missing values
  only: Map<string, string[]>; // by attribute: values, one of which must match; for a number: least and most
  k: number;
  retrieve: number; // 0: the server's own choice
  seen: Seen | ''; // '': the model's own setting
  order: 'score' | 'predicted' | ''; // likewise
  why: string; // the id of the explained item, or ''
}

const upTo = (most: number, amounts: number[]) => [...new Set(amounts.map((n) => Math.min(n, most)))];

// The choices within the server's limits. The first is the default.
export const shownOf = ({ max_k }: Features) => upTo(max_k, [10, 20, 50, 100]);
export const retrievedOf = ({ max_retrieve }: Features) => upTo(max_retrieve, [0, 10, 100, 1000, 10_000]);

// Alternatives to the model's own settings: for seen items if it knows users, for the order if it both
// retrieves and predicts.
export const seenOf = ({ seen }: Features): Choice['seen'][] => (seen ? ['', seen === 'drop' ? 'keep' : 'drop'] : ['']);
export const ordersOf = ({ labels, retrieval }: Features): Choice['order'][] =>
  retrieval && labels.length > 0 ? ['', 'score', 'predicted'] : [''];

const kQuery = 'q.';
const kOnly = 'only.';

const kOthers = ['k', 'retrieve', 'seen', 'order', 'why'];

const isRange = (input: Input): boolean => input === 'number' || input === 'time';

function read(params: URLSearchParams, prefix: string, fields: Field[]): Map<string, string[]> {
  const chosen = new Map<string, string[]>();
  for (const { column, input } of fields) {
    const all = params.getAll(prefix + column);
    const values = isRange(input) ? all : [...new Set(all)]; // both bounds of a range may be equal
    if (values.some((value) => value !== '')) chosen.set(column, values);
  }
  return chosen;
}

function readNumber(params: URLSearchParams, name: string, known: number[]): number {
  const number = Number(params.get(name));
  return known.includes(number) ? number : known[0]!;
}

function readWord<Word extends string>(params: URLSearchParams, name: string, known: Word[]): Word {
  const word = params.get(name);
  return known.find((one) => one === word) ?? known[0]!;
}

export function readChoice(params: URLSearchParams, features: Features): Choice {
  return {
    query: read(params, kQuery, features.query),
    only: read(params, kOnly, features.attributes),
    k: readNumber(params, 'k', shownOf(features)),
    retrieve: readNumber(params, 'retrieve', retrievedOf(features)),
    seen: readWord(params, 'seen', seenOf(features)),
    order: readWord(params, 'order', ordersOf(features)),
    why: params.get('why') ?? '',
  };
}

// Keeps everything else in the address.
export function writeChoice(choice: Choice, params: URLSearchParams, features: Features): URLSearchParams {
  const next = new URLSearchParams();
  for (const [name, value] of params)
    if (!name.startsWith(kQuery) && !name.startsWith(kOnly) && !kOthers.includes(name)) next.append(name, value);
  for (const [column, values] of choice.query) for (const value of values) next.append(kQuery + column, value);
  for (const [column, values] of choice.only) for (const value of values) next.append(kOnly + column, value);
  if (choice.k !== shownOf(features)[0]) next.set('k', String(choice.k));
  if (choice.retrieve !== retrievedOf(features)[0]) next.set('retrieve', String(choice.retrieve));
  if (choice.seen !== '') next.set('seen', choice.seen);
  if (choice.order !== '') next.set('order', choice.order);
  if (choice.why !== '') next.set('why', choice.why);
  return next;
}

export function withValues(map: Map<string, string[]>, column: string, values: string[]): Map<string, string[]> {
  const next = new Map(map);
  if (values.some((value) => value !== '')) next.set(column, values);
  else next.delete(column);
  return next;
}

// The first column of a query with a history, to which items of the list can be added.
export const historyOf = ({ query }: Features): Field | undefined => query.find(({ kind }) => kind === 'history');

// The query's user, if it is given.
export const userOf = (choice: Choice, { user_column }: Features): string | undefined =>
  user_column === undefined ? undefined : choice.query.get(user_column)?.[0] || undefined;

function queryValue(field: Field, texts: string[]): QueryValue {
  const text = texts[0]!;
  switch (field.input) {
    case 'several':
      return texts;
    case 'number':
      return Number(text);
    case 'vector':
      return text.split(/[\s,;]+/).filter((part) => part !== '').map(Number);
    default:
      return text;
  }
}

function conditions(field: Field, texts: string[]): Condition[] {
  if (!isRange(field.input)) return [{ attribute: field.column, comparison: '=', value: texts }];
  const [least = '', most = ''] = texts;
  const bounds: Condition[] = [];
  if (least !== '') bounds.push({ attribute: field.column, comparison: '>=', value: least });
  if (most !== '') bounds.push({ attribute: field.column, comparison: '<=', value: most });
  return bounds;
}

export function requestOf(choice: Choice, features: Features): RecommendRequest {
  const query: Record<string, QueryValue> = {};
  for (const field of features.query) {
    const texts = choice.query.get(field.column);
    if (texts) query[field.column] = queryValue(field, texts);
  }
  const filter = features.attributes.flatMap((field) => {
    const texts = choice.only.get(field.column);
    return texts ? conditions(field, texts) : [];
  });
  return {
    query,
    filter,
    k: choice.k,
    retrieve: choice.retrieve,
    ...(choice.seen === '' ? {} : { seen: choice.seen }),
    ...(choice.order === '' ? {} : { order: choice.order }),
    explain: choice.why !== '',
  };
}
