// The server's API, by its client, as this page uses it.
import { Client, Problem } from '../client/src/index.js';
import type * as client from '../client/src/index.js';

export { Problem };
export type {
  AttributeValue,
  Explanation,
  Features,
  Field,
  Item,
  ItemList,
  ItemMap,
  Label,
  ModelName,
  Recommendation,
  Recommendations,
  ServedModel,
  SimilarItems,
  Similarity,
  ValueList,
} from '../client/src/index.js';

export type Input = client.Field['input'];
export type Seen = NonNullable<client.Features['seen']>;

// The files of a bundle that a model card contains.

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

export interface ModelCard extends client.ModelCard {
  sizes: { items: number; parameters: number; embedding_width: number; ratings: number };
  report: Report & Record<string, unknown>;
  history: { epochs: Epoch[]; kept_epoch?: number }; // kept_epoch: the epoch of the model's weights, if not the last
}

// What the page sends of what a request may have.

export type QueryValue = string | number | string[] | number[];

export interface Condition extends client.AttributeCondition {
  comparison: '=' | '>=' | '<=';
  value: string | string[];
}

export interface RecommendRequest extends client.RecommendRequest {
  query: Record<string, QueryValue>;
  filter: Condition[];
  k: number;
  retrieve: number;
  order?: 'score' | 'predicted';
  explain: boolean;
}

// The key is kept as long as the browser's tab.
const kKey = 'shortlist-key';
export const setKey = (key: string) => sessionStorage.setItem(kKey, key);
export const hasKey = () => sessionStorage.getItem(kKey) !== null;

// Every answer contains the model's name and version. Listeners are called with each, and for each answer
// that rejects the key.
export interface Listener {
  answered?: (model: client.ModelName) => void;
  refused?: (problem: Problem) => void;
}
const listeners = new Set<Listener>();
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

// Answers of a model contain its name; a model card is one itself.
function modelOf(answer: unknown): client.ModelName | undefined {
  const { model, ...card } = answer as { model?: client.ModelName } & Partial<client.ModelName>;
  return model ?? (card.name && card.version ? { name: card.name, version: card.version } : undefined);
}

const clientOf = (model?: string) =>
  new Client('', {
    model,
    key: () => sessionStorage.getItem(kKey),
    answered: (answer) => {
      const from = modelOf(answer);
      if (from) listeners.forEach((listener) => listener.answered?.(from));
    },
    failed: (problem) => {
      if (problem.status === 401) listeners.forEach((listener) => listener.refused?.(problem));
    },
  });

// A request's header has a size limit, and each byte may take three in the address. The beginning of a longer
// text is enough for a search.
const kSearchBytes = 1200;
export function searchText(text: string): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(kSearchBytes));
  return text.slice(0, read);
}

export const listModels = (signal: AbortSignal) => clientOf().listModels({ signal });

// The API of one model.
export class Api {
  private readonly client: Client;

  constructor(readonly model: string) {
    this.client = clientOf(model);
  }

  get recommendPath(): string {
    return this.client.address('recommend');
  }
  features(signal: AbortSignal) {
    return this.client.getFeatures({ signal });
  }
  values(column: string, text: string, limit: number, signal: AbortSignal) {
    return this.client.listValues(column, { q: searchText(text), limit }, { signal });
  }
  recommend(request: RecommendRequest, signal: AbortSignal) {
    return this.client.recommend(request, { signal });
  }
  items(text: string, limit: number, signal: AbortSignal) {
    return this.client.listItems({ q: searchText(text), limit }, { signal });
  }
  item(id: string, signal: AbortSignal) {
    return this.client.getItem(id, { signal });
  }
  card(signal: AbortSignal): Promise<ModelCard> {
    return this.client.getModel({ signal }) as Promise<ModelCard>;
  }
  map(signal: AbortSignal) {
    return this.client.getMap({ signal });
  }
  similar(id: string, by: client.Similarity, k: number, signal: AbortSignal) {
    return this.client.similar({ id, by, k }, { signal });
  }
}
