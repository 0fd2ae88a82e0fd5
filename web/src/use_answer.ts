import { useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from './api';

export interface Answer<T> {
  value?: T; // while the next one is asked for, the one before
  problem?: Problem;
  loading: boolean;
}

export interface Asked<T> extends Answer<T> {
  again: () => void;
}

// Asks whenever the key changes, and lets go of the request before. With no key it asks nothing.
export function useAnswer<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const [tries, setTries] = useState(0);
  const asked = key === null ? null : `${tries} ${key}`;
  const [answer, setAnswer] = useState<{ to: string | null; value?: T; problem?: Problem }>({ to: null });
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (asked === null) {
      setAnswer({ to: null });
      return;
    }
    const controller = new AbortController();
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
    return () => controller.abort();
  }, [asked]);
  return { value: answer.value, problem: answer.problem, loading: answer.to !== asked, again: () => setTries((n) => n + 1) };
}
