// Formats names and numbers for display.
import type { AttributeValue } from './api';

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// "movieId" and "movie_id" as ["movie", "id"]
const wordsOf = (column: string): string[] =>
  column
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`)
    .split(/[_\s]+/)
    .filter((word) => word !== '');

// A readable column name: "age_group" is "Age group", "movie_id" and "movieId" are "Movie".
export function titleOf(column: string): string {
  const words = wordsOf(column);
  if (words.length > 1 && words.at(-1)!.toLowerCase() === 'id') words.pop();
  return capital(words.join(' '));
}

// Readable names of several columns. Those that would have the same name keep more of their own: "movie" and
// "movie_id" are "Movie" and "Movie id", "movieId" and "movie_id" stay as they are.
export function titlesOf(columns: string[]): Map<string, string> {
  const names = [...new Set(columns)];
  const forms = [titleOf, (column: string) => capital(wordsOf(column).join(' ')), (column: string) => column];
  let titles = new Map<string, string>();
  for (const form of forms) {
    const shared = (column: string) => names.filter((other) => titles.get(other) === titles.get(column)).length > 1;
    titles = new Map(names.map((column) => [column, titles.has(column) && !shared(column) ? titles.get(column)! : form(column)]));
  }
  return titles;
}

export const count = (n: number): string => n.toLocaleString('en');

const kLeastUnits = 3.55; // the least half-width in units of the last decimal, as shortlist/report/figure_text.cc has it
const kMostDigits = 12; // decimals; smaller numbers get an exponent

// The number of decimals that distinguishes values within a span: 2 for 4, 5 for 0.001, none for 1,000.
export function digitsOf(span: number): number {
  if (!(span > 0) || !Number.isFinite(span)) return 2;
  return Math.max(0, 2 - Math.floor(Math.log10(span)));
}

// A number with a fixed number of decimals.
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return '–';
  if (digits > kMostDigits || Math.abs(value) >= 1e15) return value.toExponential(2).replace(/^-/, '−');
  const text = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return /[1-9]/.test(text) ? text.replace('-', '−') : text.replace('-', '');
}

// The number of decimals for a measured value: those at which the half-width of its interval has one digit, or
// two if the first is small. Those of three significant digits if no interval is known.
export function digitsOfMeasured(value: number, interval?: { low: number | null; high: number | null }): number {
  const half = interval?.low != null && interval.high != null ? (interval.high - interval.low) / 2 : 0;
  if (half > 0 && Number.isFinite(half)) return Math.min(kMostDigits, Math.max(0, Math.ceil(Math.log10(kLeastUnits / half))));
  const size = Math.abs(value);
  if (!(size > 0) || !Number.isFinite(size)) return 3;
  return Math.min(kMostDigits, Math.max(0, 2 - Math.floor(Math.log10(size))));
}

// With its sign: "+0.21", "−1.30".
export const change = (value: number, digits = 2): string => (value < 0 ? '−' : '+') + fixed(Math.abs(value), digits);

// A number as a user would type it: "2000", "0.00035".
export const plain = (value: number): string =>
  value.toLocaleString('en', { useGrouping: false, maximumSignificantDigits: 12 }).replace('-', '−');

// The beginning of a long text, for accessible names and sentences.
export function shortened(text: string, most = 120): string {
  const letters = text.length > most ? [...text.slice(0, 2 * most + 2)] : [];
  return letters.length > most ? `${letters.slice(0, most - 1).join('').trimEnd()}…` : text;
}

export const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

// "a", "a and b", "a, b and c"
export function list(parts: string[], word = 'and'): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} ${word} ${parts[parts.length - 1]}`;
}

// An attribute's values as texts: all of a list, one for any other kind, none if it is missing.
export function valuesOf(value: AttributeValue | undefined): string[] {
  if (value === null || value === undefined || value === '') return [];
  return Array.isArray(value) ? value : [String(value)];
}
