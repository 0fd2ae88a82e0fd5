// The server's API and its types. /openapi.json describes the same.

export type Input = 'one' | 'several' | 'words' | 'number' | 'time' | 'vector';

export interface Field {
  column: string;
  input: Input;
  kind?: string;
  least?: number;
  most?: number;
  choices?: string[]; // only the first if there are many
  choices_total?: number;
}

export interface Label {
  label: string;
  least?: number;
  most?: number;
  mean?: number;
}

export type SimilarBy = 'learned' | 'jaccard' | 'cosine';

export interface ModelVersion {
  name: string;
  version: string;
}

export type Seen = 'drop' | 'keep';

export interface Features {
  model: ModelVersion;
  query: Field[];
  attributes: Field[];
  id_column: string;
  user_column?: string;
  order?: 'score' | 'predicted' | 'blend'; // of lists
  seen?: Seen; // what happens to items that the query's user has seen, if the model knows users
  labels: Label[];
  retrieval: boolean;
  kind: string; // kind of model
  map: boolean; // whether the items have a map
  similar_by: SimilarBy[]; // may be empty
  max_k: number; // the largest k of a request
  max_retrieve: number;
}

// A text or a time, a number, or a list. null if an item has no value.
export type AttributeValue = string | number | string[] | null;

export interface Item {
  id: string;
  display?: string;
  attributes: Record<string, AttributeValue>;
}

// score = constant + the sum of the features' scores
export interface Explanation {
  method: string; // 'additive', 'integrated_gradients', or the name of the model kind's own method
  constant?: number;
  features: {
    feature: string;
    column: string;
    score?: number;
    predictions?: Record<string, number | null>; // by label: the prediction minus that without the feature
  }[];
}

export interface Recommendation extends Item {
  rank: number;
  score?: number | null;
  predictions?: Record<string, number | null>;
  explanation?: Explanation;
}

export interface Recommendations {
  items: Recommendation[];
  exact: boolean;
  warnings?: string[];
}

export interface SimilarItem extends Item {
  rank: number;
  similarity: number;
}

export interface SimilarItems {
  item: Item;
  items: SimilarItem[];
}

export interface ItemList {
  items: Item[];
  total: number;
  exact: boolean; // whether total is all that match
}

// Columns with one entry per item.
export interface ItemMap {
  ids: string[];
  x: number[];
  y: number[];
  attributes: Record<string, AttributeValue[]>;
  explained: number; // share of the variance in the plane
  total: number; // items in the catalogue; the map may have fewer
}

export interface Interval {
  low: number | null;
  high: number | null;
}

export interface Baseline {
  name: string;
  figures: Record<string, { value: number | null; difference?: Interval }>; // difference: model minus this one
}

export interface TaskReport {
  task: string;
  model: Record<string, { value: number | null; interval?: Interval }>;
  baselines: Baseline[];
}

export interface Report {
  split: string;
  rows: number;
  share_in_train: number | null;
  tasks: TaskReport[];
  list?: ListReport; // missing in older bundles
  verdict: string[];
}

// Metrics of the lists as served.
export interface ListReport extends Omit<TaskReport, 'task'> {
  order: string;
  drops_seen: boolean;
}

export type Figures = Record<string, number | null>;

export interface Epoch {
  epoch: number;
  learning_rate: number;
  train: Figures;
  validation?: Figures;
}

export interface ModelCard {
  name: string;
  version: string;
  loaded_at: string;
  sizes: { items: number; parameters: number; embedding_width: number; ratings: number };
  config: string; // TOML
  layers: string; // a table as text
  report: Report;
  history: { epochs: Epoch[]; kept_epoch?: number }; // kept_epoch: the epoch of the model's weights, if not the last
}

export interface ValueList {
  values: string[];
  total: number;
  exact: boolean; // whether total is all that match
}

export interface ServedModel {
  name: string;
  version: string;
  items: number;
}

export type QueryValue = string | number | string[] | number[];

export interface Condition {
  attribute: string;
  comparison: '=' | '>=' | '<=';
  value: string | string[];
}

export interface RecommendRequest {
  query: Record<string, QueryValue>;
  filter: Condition[];
  k: number;
  retrieve: number;
  seen?: Seen;
  order?: 'score' | 'predicted';
  explain: boolean;
}

// A failed request: an RFC 9457 problem, or no answer at all (status 0).
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

// The key is kept as long as the browser's tab.
const kKey = 'shortlist-key';
export const setKey = (key: string) => sessionStorage.setItem(kKey, key);
export const hasKey = () => sessionStorage.getItem(kKey) !== null;

// Every answer contains the model's name and version. Listeners are called with each, and for each answer
// that rejects the key.
export interface Listener {
  answered?: (model: ModelVersion) => void;
  refused?: (problem: Problem) => void;
}
const listeners = new Set<Listener>();
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

const report = (model: ModelVersion) => listeners.forEach((listener) => listener.answered?.(model));

async function problemOf(response: Response): Promise<Problem> {
  try {
    const problem = await response.json();
    return new Problem(response.status, problem.detail ?? problem.title ?? response.statusText);
  } catch {
    return new Problem(response.status, response.statusText || `status ${response.status}`);
  }
}

async function ask<T>(path: string, signal: AbortSignal, body?: unknown): Promise<T> {
  const headers = new Headers();
  const key = sessionStorage.getItem(kKey);
  if (key) headers.set('Authorization', `Bearer ${key}`);
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  let response: Response;
  try {
    response = await fetch(path, {
      signal,
      headers,
      method: body === undefined ? 'GET' : 'POST',
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Problem(0, 'The server does not respond. It may have been stopped.');
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401 && !signal.aborted) listeners.forEach((listener) => listener.refused?.(problem));
    throw problem;
  }
  const answer = await response.json();
  if (answer.model?.version && !signal.aborted) report(answer.model);
  return answer;
}

// A request's header has a size limit, and each byte may take three in the address. The beginning of a longer
// text is enough for a search.
const kSearchBytes = 1200;
export function searchText(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(kSearchBytes));
  return text.slice(0, read);
}

export const listModels = (signal: AbortSignal) => ask<{ models: ServedModel[] }>('/v1/models', signal);

// The API of one model.
export class Api {
  private readonly base: string;

  constructor(readonly model: string) {
    this.base = `/v1/models/${encodeURIComponent(model)}`;
  }

  get recommendPath(): string {
    return `${this.base}/recommend`;
  }
  features(signal: AbortSignal): Promise<Features> {
    return ask(`${this.base}/features`, signal);
  }
  values(column: string, text: string, limit: number, signal: AbortSignal): Promise<ValueList> {
    const query = new URLSearchParams({ q: searchText(text), limit: String(limit) });
    return ask(`${this.base}/features/${encodeURIComponent(column)}/values?${query}`, signal);
  }
  recommend(request: RecommendRequest, signal: AbortSignal): Promise<Recommendations> {
    return ask(this.recommendPath, signal, request);
  }
  items(text: string, limit: number, signal: AbortSignal): Promise<ItemList> {
    return ask(`${this.base}/items?${new URLSearchParams({ q: searchText(text), limit: String(limit) })}`, signal);
  }
  async card(signal: AbortSignal): Promise<ModelCard> {
    const card = await ask<ModelCard>(`${this.base}/model`, signal);
    if (!signal.aborted) report({ name: card.name, version: card.version });
    return card;
  }
  map(signal: AbortSignal): Promise<ItemMap> {
    return ask(`${this.base}/map`, signal);
  }
  similar(id: string, by: SimilarBy, k: number, signal: AbortSignal): Promise<SimilarItems> {
    return ask(`${this.base}/similar`, signal, { id, by, k });
  }
}
