// Readable names of metrics. docs/reference/metrics.md has the formulas.

const kUnseen = 'unseen_'; // items that the user had not seen before

export function meaningOf(name: string): string {
  if (name.startsWith(kUnseen)) return `${meaningOf(name.slice(kUnseen.length))}, without seen items`;
  const list = /^([a-z_]+)@(\d+)$/.exec(name);
  const meaning = list && kListMeanings[list[1]!];
  if (meaning) return meaning.replace('{k}', list[2]!);
  const k = /^(keras_)?top_(\d+)$/.exec(name);
  if (k?.[1]) return `top ${k[2]} as Keras counts it, by score`;
  if (k) return k[2] === '1' ? 'the requested item comes first' : `the requested item is among the first ${k[2]}`;
  return kMeanings[name] ?? '';
}

// Figures of the first {k} of each list.
const kListMeanings: Record<string, string> = {
  recall: 'share of a user’s items among the first {k}',
  ndcg: 'how early a user’s items come among the first {k}',
  precision: 'share of the first {k} that are a user’s items',
  hit: 'share of users with an item of theirs among the first {k}',
  map: 'mean precision at the positions of a user’s items, to {k}',
  mrr: 'mean of 1 / position of the first of a user’s items, to {k}',
  coverage: 'share of the catalogue in any of the lists of {k}',
  gini: '0: all items are in equally many lists of {k}; 1: one item is in all',
  novelty: 'how rare the first {k} are among the training rows, in bits',
  diversity: 'how different the first {k} are from each other, by their vectors',
  attribute_diversity: 'how different the first {k} are from each other, by their attributes',
};

const kMeanings: Record<string, string> = {
  mrr: 'mean of 1 / position of the requested item',
  mean_rank: 'mean position of the requested item',
  rmse: 'typical error; large errors count more',
  mae: 'mean absolute error',
  log_loss: 'penalty for confident wrong predictions',
  accuracy: 'share of labels predicted correctly',
  auc: 'a 1 is ranked above a 0',
  gauc: 'a 1 is ranked above a 0 of the same user',
  list_auc: 'an item of the user is ranked above another',
  calibration_error: 'how far probabilities are from the share of ones',
  keras_auc: 'auc as Keras counts it',
  loss: 'what training minimises: the sum of all parts',
  retrieval_loss: 'part of the retrieval',
  ranking_loss: 'part of the predicted label',
  regularization_loss: 'penalty for large weights',
  learning_rate: 'size of a training step',
};

const kMain = ['loss', 'retrieval_loss', 'ranking_loss', 'top', 'mrr', 'recall', 'ndcg', 'rmse', 'log_loss', 'accuracy', 'auc'];
const kOrder = [...kMain, 'regularization_loss', 'learning_rate', 'mean_rank', 'mae', 'gauc', 'list_auc'];

// "unseen_ndcg@10" is ndcg of the first 10, and "top_5" top of the first 5.
function partsOf(name: string): { unseen: boolean; family: string; k?: number } {
  const unseen = name.startsWith(kUnseen);
  const own = unseen ? name.slice(kUnseen.length) : name;
  const found = /^(?:(top)_|([a-z_]+)@)(\d+)$/.exec(own);
  return found ? { unseen, family: found[1] ?? found[2]!, k: Number(found[3]) } : { unseen, family: own };
}

// Order for display: losses, then retrieval, then labels, then what is less important. top_5 comes before
// top_10, each followed by the same without seen items.
export function inOrder(a: string, b: string): number {
  const [one, other] = [partsOf(a), partsOf(b)];
  const place = (family: string) => {
    const at = kOrder.indexOf(family);
    return at < 0 ? kOrder.length : at;
  };
  return (
    place(one.family) - place(other.family) ||
    one.family.localeCompare(other.family) ||
    (one.k ?? 0) - (other.k ?? 0) ||
    Number(one.unseen) - Number(other.unseen) ||
    a.localeCompare(b)
  );
}

export const lowerIsBetter = (name: string): boolean => /loss|rmse|mae|mean_rank|calibration_error|gini/.test(name);

export const isKeras = (name: string): boolean => name.startsWith('keras_');

const kFew = 6; // up to this many metrics are all shown

// The most important of many metrics: of those of the first k only the ones of the k nearest to 10.
export function mainFigures(names: string[]): string[] {
  if (names.length <= kFew) return names;
  const known = names.flatMap((name) => partsOf(name).k ?? []);
  const nearest = known.reduce((best, one) => (Math.abs(one - 10) < Math.abs(best - 10) ? one : best), known[0] ?? 10);
  return names.filter((name) => {
    const { family, k } = partsOf(name);
    return kMain.includes(family) && (k === undefined || (k === nearest && family !== 'mrr'));
  });
}

// Whether the metric is a share of rows or a probability, between 0 and 1.
export const isShare = (name: string): boolean => /top_|mrr|map@|hit@|(?:recall|precision|ndcg|coverage|gini)@|accuracy|auc/.test(name);
