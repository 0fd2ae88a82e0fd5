// Colours the map by the items' attributes.
import type { Field } from '../api';
import { valuesOf } from '../text';
import type { MappedItem } from './mapped_item';

export interface Colouring {
  of: number[]; // legend index of each item
  legend: { name: string; colour: string }[]; // colours are names of the style sheet's
}

const kSeries = 6;
const kSteps = 5;

const kPlain = { name: '', colour: '--muted' };

// Each frequent value has its own colour.
function byValue(items: MappedItem[], field: Field): Colouring {
  const counts = new Map<string, number>();
  for (const item of items) {
    for (const value of valuesOf(item.attributes[field.column])) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const frequent = [...counts].sort((a, b) => b[1] - a[1]).map(([value]) => value);
  const shown = frequent.slice(0, kSeries);
  const legend = shown.map((name, i) => ({ name, colour: `--series-${i}` }));
  if (frequent.length > kSeries || items.some((item) => valuesOf(item.attributes[field.column]).length === 0)) legend.push({ ...kPlain, name: 'others' });
  const of = items.map((item) => {
    const at = shown.indexOf(valuesOf(item.attributes[field.column])[0] ?? '');
    return at < 0 ? shown.length : at;
  });
  return { of, legend };
}

function byNumber(items: MappedItem[], field: Field): Colouring {
  const { least = 0, most = 1 } = field;
  const step = (value: number) => Math.min(kSteps - 1, Math.floor((kSteps * (value - least)) / (most - least || 1)));
  const name = (i: number) => {
    const edge = (k: number) => Number((least + (k * (most - least)) / kSteps).toPrecision(4));
    return `${edge(i)} to ${edge(i + 1)}`;
  };
  const legend = Array.from({ length: kSteps }, (_, i) => ({ name: name(i), colour: `--step-${i}` }));
  if (items.some((item) => typeof item.attributes[field.column] !== 'number')) legend.push({ ...kPlain, name: 'unknown' });
  const of = items.map((item) => {
    const value = item.attributes[field.column];
    return typeof value === 'number' ? step(value) : kSteps;
  });
  return { of, legend };
}

// Highlights one value out of several.
function byPart(items: MappedItem[], field: Field, value: string): Colouring {
  const of = items.map((item) => (valuesOf(item.attributes[field.column]).includes(value) ? 0 : 1));
  return { of, legend: [{ name: value, colour: '--accent' }, { ...kPlain, name: 'others' }] };
}

// The legend's entries that occur among the items.
function withoutUnused({ of, legend }: Colouring): Colouring {
  const used = [...new Set(of)].sort((a, b) => a - b);
  return { of: of.map((index) => used.indexOf(index)), legend: used.map((index) => legend[index]!) };
}

export function colouringOf(items: MappedItem[], field: Field | undefined, value: string): Colouring {
  if (!field) return { of: items.map(() => 0), legend: [{ ...kPlain, colour: '--accent' }] };
  if (field.input === 'number') return withoutUnused(byNumber(items, field));
  if (field.input === 'several') return withoutUnused(byPart(items, field, value));
  return withoutUnused(byValue(items, field));
}
