// How names and numbers are written for people.
import type { AttributeValue } from './api';

// "age_group" is "Age group".
export function titleOf(column: string): string {
  const spaced = column.replaceAll('_', ' ').trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

export const count = (n: number): string => n.toLocaleString('en');

// Four significant digits: "0.9035", "1,304".
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const text = value.toLocaleString('en', { minimumSignificantDigits: 4, maximumSignificantDigits: 4 });
  return Math.abs(value) !== 0 && Math.abs(value) < 1e-4 ? value.toExponential(2) : text.replace('-', '−');
}

// With its sign: "+0.21", "−1.30".
export const change = (value: number): string =>
  (value < 0 ? '−' : '+') + Math.abs(value).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

export const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;

// "a", "a and b", "a, b and c"
export function list(parts: string[], word = 'and'): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} ${word} ${parts[parts.length - 1]}`;
}

// An attribute's values as texts: those of a list, the one of another kind, none where it is missing.
export function valuesOf(value: AttributeValue | undefined): string[] {
  if (value === null || value === undefined || value === '') return [];
  return Array.isArray(value) ? value : [String(value)];
}
