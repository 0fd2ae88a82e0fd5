import { useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from './api';

export interface Answer<T> {
  value?: T; // while the next one is asked for, the one before
  problem?: Problem;
  loading: boolean;
}

// Asks whenever the key changes, and lets go of the request before. With no key it asks nothing.
export function useAnswer<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>): Answer<T> & { again: () => void } {
  const [answer, setAnswer] = useState<Answer<T>>({ loading: key !== null });
  const [tries, setTries] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (key === null) {
      setAnswer({ loading: false });
      return;
    }
    const controller = new AbortController();
    setAnswer((before) => ({ ...before, loading: true }));
    latest.current(controller.signal).then(
      (value) => {
        if (controller.signal.aborted) return;
        setAnswer({ value, loading: false });
      },
      (error) => {
        if (controller.signal.aborted) return;
        if (!(error instanceof Problem)) throw error;
        setAnswer({ problem: error, loading: false });
      },
    );
    return () => controller.abort();
  }, [key, tries]);
  return { ...answer, again: () => setTries((n) => n + 1) };
}
