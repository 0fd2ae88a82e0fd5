import { useId } from 'preact/hooks';
import type { Field } from '../api';
import { useServed } from '../served';
import { plain } from '../text';
import { stepOf } from './step';

interface Props {
  field: Field;
  value: string; // '' if not given
  onChange: (value: string) => void;
}

// An optional number within the range of the training data.
export function Slider({ field, value, onChange }: Props) {
  const { title } = useServed();
  const id = useId();
  const least = field.least!;
  const most = field.most!;
  const step = stepOf(least, most);
  const middle = least + Math.round((most - least) / 2 / step) * step;
  return (
    <div class={value === '' ? 'field slider unset' : 'field slider'}>
      <div class="caption">
        <label for={id}>{title(field.column)}</label>
        <output for={id}>{value === '' ? 'not given' : plain(Number(value))}</output>
        {value !== '' ? (
          <button type="button" class="clear" aria-label={`Clear ${title(field.column)}`} onClick={() => onChange('')}>
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
