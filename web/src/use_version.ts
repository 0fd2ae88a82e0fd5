import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { listen, listModels, type Api, type Features, type ModelName, type ServedModel } from './api';
import { useAnswer, type Asked } from './use_answer';

// The server may load a new version of a model, with other features and items, while the page is open.
export interface Version {
  model: ServedModel; // as currently served
  features: Asked<Features>; // of that version, or of the previous one while they are being fetched
  isNew: boolean; // the version changed while the page was open
  accept: () => void; // dismisses the notice
}

const kRest = 5000; // milliseconds between reloads; servers behind one address may serve different versions

export function useVersion(api: Api, listed: ServedModel): Version {
  const features = useAnswer(listed.name, (signal) => api.features(signal));
  const [models, setModels] = useState<ServedModel[]>([]);
  const [isNew, setIsNew] = useState(false);
  const shown = useRef<ModelName | null>(null);
  const reloaded = useRef(-Infinity);
  const latest = features.value?.model.name === listed.name ? features.value.model : undefined;

  useEffect(() => {
    if (!latest) return;
    const before = shown.current;
    shown.current = latest;
    if (before?.name !== latest.name) setIsNew(false);
    else if (before.version !== latest.version) setIsNew(true);
    if (latest.version === listed.version) return;
    // Fetches the number of items of the new version.
    const controller = new AbortController();
    listModels(controller.signal).then(
      (answer) => setModels(answer.models),
      () => {}, // keep the old number of items
    );
    return () => controller.abort();
  }, [latest?.name, latest?.version]);

  useEffect(() => {
    const answered = ({ name, version }: ModelName) => {
      const now = performance.now();
      if (name !== shown.current?.name || version === shown.current.version || now - reloaded.current < kRest) return;
      reloaded.current = now;
      features.again();
    };
    return listen({ answered });
  }, []);

  // Checks the version when the user returns to the window.
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === 'visible') api.features(new AbortController().signal).catch(() => {});
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, [api]);

  const current = models.find((model) => model.name === listed.name && model.version === latest?.version);
  const model = { ...listed, ...current, version: latest?.version ?? listed.version };
  return { model, features, isNew, accept: useCallback(() => setIsNew(false), []) };
}
