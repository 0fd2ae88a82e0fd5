import { useId } from 'preact/hooks';
import type { Field } from '../api';
import { useServed } from '../served';

interface Props {
  field: Field;
  values: string[]; // least, most; '' for no bound
  onChange: (values: string[]) => void;
}

export function Bounds({ field, values, onChange }: Props) {
  const { title } = useServed();
  const id = useId();
  const [least = '', most = ''] = values;
  const bound = (name: string, value: string, placeholder: number | undefined, change: (value: string) => void) => (
    <input
      type={(field.input === 'time' ? 'datetime-local' : 'number') as 'number'}
      step="any"
      aria-label={`${title(field.column)}, ${name}`}
      placeholder={placeholder === undefined ? '' : String(placeholder)}
      value={value}
      onInput={(event) => change(event.currentTarget.value)}
    />
  );
  return (
    <div class="field" role="group" aria-labelledby={id}>
      <div class="caption" id={id}>
        {title(field.column)}
      </div>
      <div class="bounds">
        {bound('least', least, field.least, (value) => onChange([value, most]))}
        <span aria-hidden="true">to</span>
        {bound('most', most, field.most, (value) => onChange([least, value]))}
      </div>
    </div>
  );
}
