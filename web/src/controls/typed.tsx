import { useId } from 'preact/hooks';
import type { Field } from '../api';
import { useServed } from '../served';

interface Props {
  field: Field;
  value: string;
  onChange: (value: string) => void;
}

const kTypes: Partial<Record<Field['input'], 'number' | 'datetime-local'>> = { number: 'number', time: 'datetime-local' };
const kHints: Partial<Record<Field['input'], string>> = {
  words: 'words, in any order',
  vector: 'numbers, with blanks between',
  time: 'UTC',
};

// A free-text input: words, a time, a number without bounds, the numbers of a vector.
export function Typed({ field, value, onChange }: Props) {
  const { title } = useServed();
  const id = useId();
  return (
    <div class="field">
      <div class="caption">
        <label for={id}>{title(field.column)}</label>
        {kHints[field.input] ? <small>{kHints[field.input]}</small> : null}
      </div>
      <input
        id={id}
        type={(kTypes[field.input] ?? 'text') as 'text'}
        dir={field.input === 'words' || field.input === 'one' || field.input === 'several' ? 'auto' : undefined}
        step="any"
        value={value}
        placeholder="not given"
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </div>
  );
}
