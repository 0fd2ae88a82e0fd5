import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Api, Field, Item } from '../api';
import { Listed } from '../listed';
import { Picture, pictureOf } from '../picture';
import { useServed } from '../served';
import { plural, shortened } from '../text';
import { useItems, useRemember } from '../use_items';
import { findItems } from './find_items';
import { Search } from './search';

interface Props {
  api: Api;
  field: Field;
  values: string[]; // ids, oldest first
  known?: string[]; // the ids that are used instead if none are given: the user's history
  user?: string; // the user whose history it is
  onChange: (values: string[]) => void;
}

type Step = 'earlier' | 'later';

const kNamed = 5; // items of a known history

// Picks the items of a history: found by name, shown oldest first, to be moved and removed.
export function History({ api, field, values, known, user, onChange }: Props) {
  const { features, model, title } = useServed();
  const remember = useRemember();
  const itemOf = useItems(values);
  const hint = useId();
  const list = useRef<HTMLOListElement>(null);
  const moved = useRef<{ id: string; step: Step } | undefined>(undefined);
  const [said, setSaid] = useState('');
  const name = title(field.column);
  const nameOf = (id: string) => shortened(itemOf(id)?.display || id);
  const pictured = values.some((id) => itemOf(id) && pictureOf(itemOf(id)!, features));

  // The focus stays on the button that moved an item.
  useEffect(() => {
    if (!moved.current) return;
    const { id, step } = moved.current;
    moved.current = undefined;
    list.current?.children[values.indexOf(id)]?.querySelector<HTMLButtonElement>(`.${step}`)?.focus();
  }, [values]);

  const find = async (text: string, signal: AbortSignal) => findItems(api, features, remember)(text, signal);
  const pick = (id: string) => {
    onChange([...values.filter((value) => value !== id), id]);
    setSaid(`${nameOf(id)} was added.`);
  };
  const remove = (id: string, at: number) => {
    onChange(values.filter((value) => value !== id));
    setSaid(`${nameOf(id)} was removed.`);
    // The focus goes to the next item, or to the search field.
    const next = list.current?.children[at + 1] ?? list.current?.children[at - 1];
    const to = next?.querySelector<HTMLElement>('.remove') ?? list.current?.parentElement?.querySelector<HTMLElement>('[role=combobox]');
    to?.focus();
  };
  const move = (id: string, step: Step) => {
    const from = values.indexOf(id);
    const to = from + (step === 'later' ? 1 : -1);
    if (to < 0 || to >= values.length) return;
    const next = [...values];
    [next[from], next[to]] = [next[to]!, next[from]!];
    moved.current = { id, step };
    onChange(next);
    setSaid(`${nameOf(id)} is number ${to + 1} of ${values.length}.`);
  };

  return (
    <fieldset class="field history">
      <legend>
        {name}
        {values.length > 1 ? <small>oldest first</small> : null}
        {values.length > 0 ? (
          <button type="button" class="clear" aria-label={`Clear ${name}`} onClick={() => onChange([])}>
            clear
          </button>
        ) : null}
      </legend>
      {values.length > 0 ? (
        <ol class={pictured ? 'picked pictured' : 'picked'} ref={list}>
          {values.map((id, i) => (
            <Picked key={id} id={id} item={itemOf(id)} pictured={pictured} at={i} of={values.length} onMove={move} onRemove={remove} />
          ))}
        </ol>
      ) : null}
      <Search
        label={`Add to ${name}`}
        hideLabel
        placeholder={`Search ${plural(model.items, 'item')}`}
        find={find}
        onChoose={pick}
        describedBy={hint}
      />
      <p class="hint" id={hint}>
        <KnownHistory values={values} known={known} user={user} />
      </p>
      <span class="for-readers" role="status">
        {said}
      </span>
    </fieldset>
  );
}

// What is used while no item is picked.
function KnownHistory({ values, known, user }: Pick<Props, 'values' | 'known' | 'user'>) {
  const named = values.length > 0 || !known ? [] : known.slice(-kNamed);
  const itemOf = useItems(named);
  if (values.length > 0) return <>{user ? 'Used instead of the user’s known history.' : ''}</>;
  if (!user) return <>Pick items, or like items of the list.</>;
  if (!known) return null;
  if (known.length === 0) {
    return (
      <>
        No history of <bdi>{shortened(user)}</bdi> is known.
      </>
    );
  }
  const names = [...named].reverse().map((id) => itemOf(id)?.display || id);
  return (
    <>
      The known history of <bdi>{shortened(user)}</bdi> is used: {plural(known.length, 'item')}, most recently <Listed parts={names} />.
    </>
  );
}

interface PickedProps {
  id: string;
  item: Item | null | undefined;
  pictured: boolean;
  at: number;
  of: number;
  onMove: (id: string, step: Step) => void;
  onRemove: (id: string, at: number) => void;
}

function Picked({ id, item, pictured, at, of, onMove, onRemove }: PickedProps) {
  const { features } = useServed();
  const name = shortened(item?.display || id);
  return (
    <li>
      {pictured ? <Picture address={item ? pictureOf(item, features) : undefined} /> : null}
      <span class="name" dir="auto">
        {name}
        {item === null ? <small> not in the catalogue</small> : null}
      </span>
      <span class="moves">
        {of > 1 ? (
          <>
            <button type="button" class="earlier" aria-disabled={at === 0} aria-label={`Move ${name} earlier`} onClick={() => onMove(id, 'earlier')}>
              ↑
            </button>
            <button type="button" class="later" aria-disabled={at === of - 1} aria-label={`Move ${name} later`} onClick={() => onMove(id, 'later')}>
              ↓
            </button>
          </>
        ) : null}
        <button type="button" class="remove" aria-label={`Remove ${name}`} onClick={() => onRemove(id, at)}>
          ×
        </button>
      </span>
    </li>
  );
}
