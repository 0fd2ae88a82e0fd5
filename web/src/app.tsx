import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { addressOf, go, useAddress } from './address';
import { Api, hasKey, listen, listModels, type Problem, type ServedModel } from './api';
import { KeyForm } from './key_form';
import { Link } from './link';
import { ModelView } from './model/model_view';
import { RecommendView } from './recommend/recommend_view';
import { addressesOf, ServedContext, type Served } from './served';
import { SimilarView } from './similar/similar_view';
import { Empty, Failure, Waiting } from './states';
import { plural } from './text';
import { useAnswer } from './use_answer';
import { useVersion } from './use_version';

const kViews = [
  { path: '/', name: 'Recommend', View: RecommendView },
  { path: '/similar', name: 'Similar', View: SimilarView },
  { path: '/model', name: 'Model', View: ModelView },
];

export function App() {
  const models = useAnswer('models', listModels);
  const [refused, setRefused] = useState<Problem>();
  const opened = useRef(false); // whether the server has already answered
  if (models.value) opened.current = true;
  useEffect(() => listen({ refused: setRefused }), []);
  // The form is shown until the server accepts a key.
  useEffect(() => {
    if (models.value && !models.loading) setRefused(undefined);
  }, [models.value, models.loading]);
  if (refused) return <KeyForm refused={models.problem?.message ?? refused.message} revoked={opened.current && hasKey()} again={models.again} />;
  if (models.value) return <Page models={models.value.models} />;
  return (
    <main id="main">
      <h1 class="for-readers">Shortlist</h1>
      {models.problem ? <Failure problem={models.problem} again={models.again} /> : <Waiting lines={6} label="Loading the models" />}
    </main>
  );
}

function Page({ models }: { models: ServedModel[] }) {
  const { path, query } = useAddress();
  const listed = models.find((m) => m.name === query.get('model')) ?? models[0]!;
  const api = useMemo(() => new Api(listed.name), [listed.name]);
  const { model, features, isNew, accept } = useVersion(api, listed);
  const at = addressesOf(model.name, listed === models[0]);
  const view = kViews.find((v) => v.path === path);
  const name = view?.name ?? 'Not found';
  useHeadingOf(name, model.name);

  const main = () => {
    if (!view) return <Empty title="Page not found">{<Link to={at('/')}>Go to the recommendations</Link>}</Empty>;
    if (features.problem) return <Failure problem={features.problem} again={features.again} />;
    if (features.value?.model.name !== model.name) return <Waiting lines={6} label="Loading the fields of a query" />;
    const served: Served = { api, model, at, features: features.value };
    return (
      <ServedContext.Provider value={served}>
        <view.View key={model.name} />
      </ServedContext.Provider>
    );
  };
  return (
    <>
      <a class="skip" href="#main">
        Skip to content
      </a>
      <header class="top">
        <Link class="mark" to={at('/')}>
          Shortlist
        </Link>
        <nav aria-label="Views">
          {kViews.map((v) => (
            <Link key={v.path} to={at(v.path)} current={v === view}>
              {v.name}
            </Link>
          ))}
        </nav>
        <ModelName models={models} model={model} />
      </header>
      <main id="main" tabIndex={-1}>
        <h1 class="for-readers">{name}</h1>
        <div role="status">
          {isNew ? (
            <p class="swapped">
              The model was updated while this page was open. You see the new version.{' '}
              <button type="button" class="clear" onClick={accept}>
                OK
              </button>
            </p>
          ) : null}
        </div>
        {main()}
      </main>
    </>
  );
}

function ModelName({ models, model }: { models: ServedModel[]; model: ServedModel }) {
  const size = plural(model.items, 'item');
  if (models.length === 1) {
    return (
      <p class="model-name">
        <b dir="auto">{model.name}</b> <span>{size}</span>
      </p>
    );
  }
  return (
    <p class="model-name">
      <select
        aria-label="Model"
        dir="auto"
        value={model.name}
        onChange={(event) => go(addressOf(location.pathname, new URLSearchParams({ model: event.currentTarget.value })))}
      >
        {models.map((m) => (
          <option key={m.name}>{m.name}</option>
        ))}
      </select>
      <span>{size}</span>
    </p>
  );
}

// Sets the window title to the view's. Keyboard and screen reader users start at the view's beginning.
function useHeadingOf(view: string, model: string) {
  const first = useRef(true);
  useEffect(() => {
    document.title = `${view} · ${model} · Shortlist`;
    if (!first.current) {
      scrollTo(0, 0);
      document.getElementById('main')?.focus({ preventScroll: true });
    }
    first.current = false;
  }, [view, model]);
}
