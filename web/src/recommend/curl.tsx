import { useState } from 'preact/hooks';
import { hasKey, type RecommendRequest } from '../api';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

// The command for the page's current request. It contains the name of the key's variable, never the key.
export function curlOf(url: string, request: RecommendRequest, key: boolean): string {
  const { filter, retrieve, explain, ...rest } = request;
  const body = { ...rest, ...(filter.length > 0 ? { filter } : {}), ...(retrieve > 0 ? { retrieve } : {}), ...(explain ? { explain } : {}) };
  return [
    `curl -s ${quoted(url)}`,
    ...(key ? ['-H "Authorization: Bearer $SHORTLIST_KEY"'] : []),
    `-H 'Content-Type: application/json'`,
    `-d ${quoted(JSON.stringify(body))}`,
  ].join(' \\\n  ');
}

const kShown = 2500; // milliseconds for which the button shows that it copied

// Copies the command for the current request. If the browser does not allow copying, it shows the command.
export function CopyCurl({ path, request }: { path: string; request: RecommendRequest }) {
  const [state, setState] = useState<'ready' | 'copied' | 'shown'>('ready');
  const command = curlOf(location.origin + path, request, hasKey());
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(command);
      setState('copied');
      setTimeout(() => setState('ready'), kShown);
    } catch {
      setState('shown'); // the page is served without TLS, or the user denied permission
    }
  };
  return (
    <>
      <button type="button" class="clear copy" onClick={copy}>
        {state === 'copied' ? 'Copied' : 'Copy as curl'}
      </button>
      <span class="for-readers" role="status">
        {state === 'copied' ? 'The command was copied.' : ''}
      </span>
      {state === 'shown' ? (
        <pre class="command" role="region" aria-label="The request as a command" tabIndex={0}>
          {command}
        </pre>
      ) : null}
    </>
  );
}
