import { useId } from 'preact/hooks';
import type { Field } from '../api';
import { plain, titleOf } from '../text';

interface Props {
  field: Field;
  value: string; // '' if not given
  onChange: (value: string) => void;
}

// A step of 1, 2 or 5 times a power of ten that divides the range into 100 or more. Whole if the bounds are
// whole.
export function stepOf(least: number, most: number): number {
  const width = (most - least) / 100;
  if (width <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(width));
  const step = [5, 2, 1].map((n) => n * power).find((n) => n <= width * (1 + 1e-9)) ?? power;
  return Number.isInteger(least) && Number.isInteger(most) ? Math.max(1, step) : step;
}

// An optional number within the range of the training data.
export function Slider({ field, value, onChange }: Props) {
  const id = useId();
  const least = field.least!;
  const most = field.most!;
  const step = stepOf(least, most);
  const middle = least + Math.round((most - least) / 2 / step) * step;
  return (
    <div class={value === '' ? 'field slider unset' : 'field slider'}>
      <div class="caption">
        <label for={id}>{titleOf(field.column)}</label>
        <output for={id}>{value === '' ? 'not given' : plain(Number(value))}</output>
        {value !== '' ? (
          <button type="button" class="clear" aria-label={`Clear ${titleOf(field.column)}`} onClick={() => onChange('')}>
            clear
          </button>
        ) : null}
      </div>
      <input
        id={id}
        type="range"
        min={least}
        max={most}
        step={step}
        value={value === '' ? middle : Number(value)}
        aria-valuetext={value === '' ? 'not given' : undefined}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <div class="ends" aria-hidden="true">
        <span>{plain(least)}</span>
        <span>{plain(most)}</span>
      </div>
    </div>
  );
}
