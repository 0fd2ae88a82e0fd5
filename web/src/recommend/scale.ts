import type { Label } from '../api';
import { digitsOf } from '../text';

export interface Scale {
  least: number;
  most: number;
}

// The range of a label's bars: the range in the model's data if known, or else 0 and the next 1, 2 or 5 times
// a power of ten.
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

// The range of bars that show the differences in a list: rounded around the values, within the label's own
// range.
export function shownScale(label: Label, values: number[]): Scale {
  const whole = scaleOf(label, values);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!(high > low)) return whole;
  const power = 10 ** Math.floor(Math.log10((high - low) / 2));
  const step = ([1, 2, 5].find((n) => n * power >= (high - low) / 2) ?? 10) * power;
  const rounded = (value: number) => Number(value.toPrecision(12));
  // The smallest value has a bar, too.
  const least = rounded((Math.ceil(low / step - 1e-9) - 1) * step);
  const most = rounded(Math.ceil(high / step - 1e-9) * step);
  return { least: Math.max(whole.least, least), most: Math.min(whole.most, most) };
}

// The number of decimals that distinguishes values on a scale. If all values are equal, it depends on their
// size.
export function digitsOfScale({ least, most }: Scale): number {
  return digitsOf(most > least ? most - least : Math.abs(most));
}

// The position of a value in the range, from 0 to 1.
export function shareOf(value: number, { least, most }: Scale): number {
  return most > least ? Math.min(1, Math.max(0, (value - least) / (most - least))) : 0;
}
