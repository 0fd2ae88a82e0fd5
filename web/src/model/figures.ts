// What the names of metrics mean, for people. docs/metrics.md has the formulas.

export function meaningOf(name: string): string {
  const k = /^(keras_)?top_(\d+)$/.exec(name);
  if (k?.[1]) return `top ${k[2]} as Keras counts it, by score`;
  if (k) return k[2] === '1' ? 'the item asked for comes first' : `the item asked for is among the first ${k[2]}`;
  return kMeanings[name] ?? '';
}

const kMeanings: Record<string, string> = {
  mrr: 'mean of 1 / its place',
  mean_rank: 'mean place of the item asked for',
  rmse: 'typical error; large ones weigh more',
  mae: 'mean error',
  log_loss: 'surprise at the label',
  accuracy: 'labels told rightly',
  auc: 'a 1 stands above a 0',
  keras_auc: 'auc as Keras counts it',
  loss: 'what training brings down: all parts',
  retrieval_loss: 'of the retrieval',
  ranking_loss: 'of the predicted label',
  regularization_loss: 'of large weights',
  learning_rate: 'length of a step',
};

const kOrder = ['loss', 'retrieval_loss', 'ranking_loss', 'regularization_loss', 'top', 'mrr', 'mean_rank', 'rmse', 'mae', 'log_loss', 'accuracy', 'auc'];

// As people read them: losses, then of retrieval, then of labels; top_5 before top_10.
export function inOrder(a: string, b: string): number {
  const k = (name: string) => Number(/^top_(\d+)$/.exec(name)?.[1] ?? 0);
  const place = (name: string) => {
    const at = kOrder.indexOf(k(name) > 0 ? 'top' : name);
    return at < 0 ? kOrder.length : at;
  };
  return place(a) - place(b) || k(a) - k(b) || a.localeCompare(b);
}

export const lowerIsBetter = (name: string): boolean => /loss|rmse|mae|mean_rank/.test(name);

export const isKeras = (name: string): boolean => name.startsWith('keras_');

// Of all rows, or of a probability: between 0 and 1.
export const isShare = (name: string): boolean => /top_|mrr|accuracy|auc/.test(name);
