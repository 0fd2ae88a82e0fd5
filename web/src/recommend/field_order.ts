// Decides which of many controls are visible at first.
import type { Field } from '../api';

export const kShown = 8; // up to this many controls are shown without a group

// How often the user gave a value, by column. Stored in the browser per model.
export type Uses = Record<string, number>;

const keyOf = (model: string, form: string) => `shortlist-used ${form} ${model}`;

export function readUses(model: string, form: string): Uses {
  try {
    const uses = JSON.parse(localStorage.getItem(keyOf(model, form)) ?? '{}');
    return typeof uses === 'object' && uses !== null ? uses : {};
  } catch {
    return {}; // no storage, or invalid data
  }
}

export function countUse(model: string, form: string, column: string): void {
  const uses = readUses(model, form);
  try {
    localStorage.setItem(keyOf(model, form), JSON.stringify({ ...uses, [column]: (Number(uses[column]) || 0) + 1 }));
  } catch {
    // Without storage, the model's own order is used.
  }
}

// The visible columns, and those in the group. The user's column and histories come first, then those that this user uses
// most, then the model's own order. If there are few columns, all are shown in the model's order.
export function grouped(fields: Field[], user: string | undefined, uses: Uses): { first: string[]; rest: string[] } {
  const histories = fields.filter(({ kind }) => kind === 'history').map(({ column }) => column);
  const columns = fields.map((field) => field.column);
  if (columns.length <= kShown) return { first: columns, rest: [] };
  const weight = (column: string) => (column === user || histories.includes(column) ? Infinity : Number(uses[column]) || 0);
  const place = new Map(columns.map((column, i) => [column, i]));
  const order = [...columns].sort((a, b) => {
    const [x, y] = [weight(a), weight(b)];
    return x === y ? place.get(a)! - place.get(b)! : y - x;
  });
  return { first: order.slice(0, kShown), rest: order.slice(kShown) };
}
