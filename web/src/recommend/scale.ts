import type { Label } from '../api';
import { digitsOf } from '../text';

export interface Scale {
  least: number;
  most: number;
}

// The ends of the bars of a label: those that the model's data had, where they are known; else 0 and the next 1, 2, 5 times a
// power of ten.
export function scaleOf(label: Label, values: number[]): Scale {
  if (label.least !== undefined && label.most !== undefined) return { least: label.least, most: label.most };
  const most = Math.max(...values, 0);
  const least = Math.min(...values, 0);
  const reach = (end: number) => {
    const power = 10 ** Math.floor(Math.log10(end));
    return ([1, 2, 5].find((n) => n * power >= end) ?? 10) * power;
  };
  return { least: least < 0 ? -reach(-least) : 0, most: most > 0 ? reach(most) : 0 };
}

// The digits after the point that tell values of a scale apart. Where all are equal, their size says it.
export function digitsOfScale({ least, most }: Scale): number {
  return digitsOf(most > least ? most - least : Math.abs(most));
}

// Where a value stands between the ends, from 0 to 1.
export function shareOf(value: number, { least, most }: Scale): number {
  return most > least ? Math.min(1, Math.max(0, (value - least) / (most - least))) : 0;
}
