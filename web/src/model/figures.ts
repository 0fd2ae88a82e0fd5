// Readable names of metrics. docs/reference/metrics.md has the formulas.

const kUnseen = 'unseen_'; // items that the user had not seen before

export function meaningOf(name: string): string {
  if (name.startsWith(kUnseen)) return `${meaningOf(name.slice(kUnseen.length))}, without seen items`;
  const byUser = /^(recall|ndcg)@(\d+)$/.exec(name);
  if (byUser?.[1] === 'recall') return `share of a user’s items among the first ${byUser[2]}`;
  if (byUser) return `how early a user’s items come among the first ${byUser[2]}`;
  const k = /^(keras_)?top_(\d+)$/.exec(name);
  if (k?.[1]) return `top ${k[2]} as Keras counts it, by score`;
  if (k) return k[2] === '1' ? 'the requested item comes first' : `the requested item is among the first ${k[2]}`;
  return kMeanings[name] ?? '';
}

const kMeanings: Record<string, string> = {
  mrr: 'mean of 1 / position of the requested item',
  mean_rank: 'mean position of the requested item',
  rmse: 'typical error; large errors count more',
  mae: 'mean absolute error',
  log_loss: 'penalty for confident wrong predictions',
  accuracy: 'share of labels predicted correctly',
  auc: 'a 1 is ranked above a 0',
  keras_auc: 'auc as Keras counts it',
  loss: 'what training minimises: the sum of all parts',
  retrieval_loss: 'part of the retrieval',
  ranking_loss: 'part of the predicted label',
  regularization_loss: 'penalty for large weights',
  learning_rate: 'size of a training step',
};

const kOrder = ['loss', 'retrieval_loss', 'ranking_loss', 'regularization_loss', 'top', 'mrr', 'mean_rank', 'recall', 'ndcg', 'rmse', 'mae', 'log_loss', 'accuracy', 'auc'];

// Order for display: losses, then retrieval, then labels. top_5 comes before top_10, each followed by the
// same without seen items.
export function inOrder(a: string, b: string): number {
  const parts = (name: string) => /^(unseen_)?(top|recall|ndcg)?[_@]?(.*)$/.exec(name)!;
  const k = (name: string) => (parts(name)[2] ? Number(parts(name)[3]) : 0);
  const place = (name: string) => {
    const at = kOrder.indexOf(parts(name)[2] ?? parts(name)[3]!);
    return at < 0 ? kOrder.length : at;
  };
  const unseen = (name: string) => Number(name.startsWith(kUnseen));
  return place(a) - place(b) || k(a) - k(b) || unseen(a) - unseen(b) || a.localeCompare(b);
}

export const lowerIsBetter = (name: string): boolean => /loss|rmse|mae|mean_rank/.test(name);

export const isKeras = (name: string): boolean => name.startsWith('keras_');

const kOf = (name: string): number | undefined => {
  const k = /^(?:unseen_)?(?:top|recall|ndcg)[_@](\d+)$/.exec(name)?.[1];
  return k === undefined ? undefined : Number(k);
};

const kFew = 6; // up to this many metrics are all shown

// The most important of many metrics: losses and errors, and metrics of the first k only for the k nearest to
// 10.
export function mainFigures(names: string[]): string[] {
  if (names.length <= kFew) return names;
  const known = names.flatMap((name) => kOf(name) ?? []);
  const k = known.reduce((best, one) => (Math.abs(one - 10) < Math.abs(best - 10) ? one : best), known[0] ?? 10);
  return names.filter((name) => (kOf(name) ?? k) === k && !/mean_rank$|^mae$|^learning_rate$|^regularization_loss$/.test(name));
}

// Whether the metric is a share of rows or a probability, between 0 and 1.
export const isShare = (name: string): boolean => /top_|mrr|recall@|ndcg@|accuracy|auc/.test(name);
