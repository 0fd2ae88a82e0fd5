import { useState } from 'preact/hooks';
import { hasKey, setKey } from './api';

// Shown if the server requires an API key. `revoked`: the server stopped accepting the key while the page was
// open.
export function KeyForm({ refused, revoked, again }: { refused: string; revoked: boolean; again: () => void }) {
  const [key, setText] = useState('');
  return (
    <main id="main">
      <form
        class="notice"
        onSubmit={(event) => {
          event.preventDefault();
          setKey(key);
          again();
        }}
      >
        <h1>{revoked ? 'The key no longer works' : 'This server requires a key'}</h1>
        <p role="alert">{hasKey() ? refused : 'Ask the person who runs it for one.'}</p>
        <label for="key">API key</label>
        <input id="key" type="password" autocomplete="current-password" value={key} onInput={(event) => setText(event.currentTarget.value)} />
        <button type="submit" class="button">
          Open
        </button>
      </form>
    </main>
  );
}
