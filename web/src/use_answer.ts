import { useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from './api';

export interface Answer<T> {
  value?: T; // the previous answer while the next one is being fetched
  problem?: Problem;
  loading: boolean;
}

export interface Asked<T> extends Answer<T> {
  again: () => void;
}

// Sends a request whenever the key changes, and aborts the previous one. Without a key it sends none. `pause`
// is the time in milliseconds for which a key must stay the same, so that typing or dragging does not send a
// request for each step. The first key and retries do not wait.
export function useAnswer<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>, pause = 0): Asked<T> {
  const [tries, setTries] = useState(0);
  const asked = key === null ? null : `${tries} ${key}`;
  const [answer, setAnswer] = useState<{ to: string | null; value?: T; problem?: Problem }>({ to: null });
  const latest = useRef(ask);
  latest.current = ask;
  const before = useRef<{ key: string | null; tries: number }>({ key: null, tries: 0 });
  useEffect(() => {
    const waits = before.current.key !== null && before.current.tries === tries;
    before.current = { key, tries };
    if (asked === null) {
      setAnswer({ to: null });
      return;
    }
    const controller = new AbortController();
    const send = () =>
      latest.current(controller.signal).then(
        (value) => {
          if (!controller.signal.aborted) setAnswer({ to: asked, value });
        },
        (error) => {
          if (controller.signal.aborted) return;
          if (!(error instanceof Problem)) throw error;
          setAnswer({ to: asked, problem: error });
        },
      );
    const timer = setTimeout(send, waits ? pause : 0);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [asked]);
  return { value: answer.value, problem: answer.problem, loading: answer.to !== asked, again: () => setTries((n) => n + 1) };
}
