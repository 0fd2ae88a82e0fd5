import { useEffect, useId, useRef, useState } from 'preact/hooks';

export interface Found {
  value: string;
  name?: string; // display name, if different from the value
  note?: string; // shown in small text below it
}

interface Props {
  label: string;
  hideLabel?: boolean;
  placeholder: string;
  find: (text: string, signal: AbortSignal) => Promise<{ found: Found[]; total: number; exact: boolean }>;
  onChoose: (value: string) => void;
  value?: string; // the current choice, if there is a single one
  onClear?: () => void;
  describedBy?: string;
}

interface Shown {
  found: Found[];
  total: number;
  exact: boolean; // whether no more than `total` match
  problem?: string;
}

const kPause = 200; // milliseconds without a key press before it asks the server

// A search field with suggestions: the combobox with list autocomplete of the ARIA Authoring Practices.
export function Search(props: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [text, setText] = useState(props.value ?? '');
  const [open, setOpen] = useState(false);
  const [shown, setShown] = useState<Shown>();
  const [active, setActive] = useState(-1);

  useEffect(() => setText(props.value ?? ''), [props.value]);

  useEffect(() => {
    if (!open) return;
    const controller = new AbortController();
    // A field that shows the current choice starts with the full list.
    const wanted = text === props.value ? '' : text;
    const timer = setTimeout(async () => {
      try {
        setShown(await props.find(wanted, controller.signal));
      } catch (error) {
        if (!controller.signal.aborted) setShown({ found: [], total: 0, exact: true, problem: error instanceof Error ? error.message : String(error) });
      }
      if (!controller.signal.aborted) setActive(-1);
    }, kPause);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [open, text]);

  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const close = () => {
    setOpen(false);
    setActive(-1);
    setText(props.value ?? '');
  };
  const choose = (value: string) => {
    setOpen(false);
    setActive(-1);
    setText(value);
    props.onChoose(value);
    if (props.value === undefined) setText('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const found = shown?.found ?? [];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) {
        setOpen(true);
      } else if (found.length > 0) {
        const step = event.key === 'ArrowDown' ? 1 : -1;
        setActive((active + step + found.length + (active < 0 && step < 0 ? 1 : 0)) % found.length);
      }
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      const chosen = found[active] ?? found.find((f) => (f.name ?? f.value).toLowerCase() === text.trim().toLowerCase()) ?? found[0];
      if (chosen) choose(chosen.value);
    } else if (event.key === 'Escape') {
      if (open) event.preventDefault();
      close();
    }
  };

  const more = shown ? shown.total - shown.found.length : 0;
  return (
    <div class="search">
      <label class={props.hideLabel ? 'for-readers' : ''} for={id}>
        {props.label}
      </label>
      <div class="search-field">
        <input
          id={id}
          ref={input}
          type="text"
          dir="auto"
          role="combobox"
          autocomplete="off"
          spellcheck={false}
          aria-expanded={open && shown !== undefined}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={open && active >= 0 ? `${id}-${active}` : undefined}
          aria-describedby={props.describedBy}
          placeholder={props.placeholder}
          value={text}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setOpen(true);
          }}
          onClick={() => setOpen(true)}
          onFocus={(event) => event.currentTarget.select()}
          onBlur={close}
          onKeyDown={onKeyDown}
        />
        {props.onClear && props.value ? (
          <button
            type="button"
            class="clear"
            aria-label={`Clear ${props.label}`}
            onClick={() => {
              props.onClear!();
              input.current?.focus();
            }}
          >
            ×
          </button>
        ) : null}
      </div>
      <div class={open && shown ? 'suggestions' : 'suggestions hidden'}>
        <ul role="listbox" id={`${id}-list`} ref={list} aria-label={props.label}>
          {(open ? shown?.found ?? [] : []).map((found, i) => (
            <li
              key={found.value}
              role="option"
              id={`${id}-${i}`}
              aria-selected={i === active}
              // Runs before the field loses the focus.
              onMouseDown={(event) => {
                event.preventDefault();
                choose(found.value);
              }}
              onMouseMove={() => setActive(i)}
            >
              <span dir="auto">{found.name ?? found.value}</span>
              {found.note ? <small dir="auto">{found.note}</small> : null}
            </li>
          ))}
        </ul>
        <p role="status">
          {open ? shown?.problem : null}
          {open && shown && !shown.problem && shown.total === 0 ? 'Nothing matches.' : null}
          {open && more > 0 ? `and ${shown?.exact ? '' : 'over '}${more.toLocaleString('en')} more: type to narrow down` : null}
        </p>
      </div>
    </div>
  );
}
