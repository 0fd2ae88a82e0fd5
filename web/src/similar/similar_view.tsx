import { addressOf, amend, go, useAddress } from '../address';
import type { Api, Features, Item, SimilarBy } from '../api';
import { Attributes } from '../attributes';
import { findItems } from '../controls/find_items';
import { Search } from '../controls/search';
import { Link } from '../link';
import { Measure } from '../measure';
import { Picture, pictureOf } from '../picture';
import { useServed } from '../served';
import { Empty, Failure, Waiting } from '../states';
import { fixed, plural, shortened, titleOf, valuesOf } from '../text';
import { useAnswer } from '../use_answer';

interface Way {
  by: SimilarBy;
  name: string;
  means: string;
  needs: string;
  text: (similarity: number) => string;
}

const kWays: Way[] = [
  {
    by: 'learned',
    name: 'Model',
    means: 'Items that the model considers similar: the same people would be interested in both. The maximum is 1 (cosine of the learned vectors).',
    needs: 'this kind of model has no item vectors',
    text: (similarity) => fixed(similarity, 2),
  },
  {
    by: 'jaccard',
    name: 'Attributes',
    means: 'Items with the same attributes: the share of the two items’ values that both have (Jaccard similarity).',
    needs: 'the bundle has no attributes',
    text: (similarity) => `${Math.round(100 * similarity)}\u00a0%`,
  },
  {
    by: 'cosine',
    name: 'Ratings',
    means: 'Items that the same users rate above, or below, their own average. The maximum is 1 (cosine of the ratings).',
    needs: 'the bundle has no user ratings',
    text: (similarity) => fixed(similarity, 2),
  },
];
const wayOf = (by: SimilarBy): Way => kWays.find((way) => way.by === by)!;
const kItems = 10;
const kStarts = 24;

export function SimilarView() {
  const { api, features, model } = useServed();
  const { query } = useAddress();
  const item = query.get('item');
  const by = features.similar_by.find((known) => known === query.get('by')) ?? features.similar_by[0];
  const choose = (value: string) => {
    const next = new URLSearchParams(query);
    next.set('item', value);
    go(addressOf('/similar', next));
  };
  const setWay = (way: SimilarBy) => {
    const next = new URLSearchParams(query);
    next.set('by', way);
    amend(next);
  };
  if (!by) return <Empty title="This model cannot compare items">It has no item vectors, and the bundle has neither attributes nor ratings.</Empty>;
  return (
    <div class="similar">
      <aside class="rail" aria-label="Question">
        <Search
          label={titleOf(features.id_column)}
          placeholder={`Search ${plural(model.items, 'item')}`}
          find={findItems(api)}
          onChoose={choose}
        />
        <Ways by={by} onChange={setWay} />
      </aside>
      {item === null ? <Starts choose={choose} /> : <Alike id={item} by={by} />}
    </div>
  );
}

function Ways({ by, onChange }: { by: SimilarBy; onChange: (by: SimilarBy) => void }) {
  const { features } = useServed();
  return (
    <fieldset class="ways">
      <legend>Similar by</legend>
      <div class="segments">
        {kWays.map((way) => {
          const known = features.similar_by.includes(way.by);
          return (
            <label key={way.by}>
              <input type="radio" name="by" value={way.by} checked={way.by === by} disabled={!known} onChange={() => onChange(way.by)} />
              <span>{way.name}</span>
            </label>
          );
        })}
      </div>
      <p>{wayOf(by).means}</p>
      {kWays
        .filter((way) => !features.similar_by.includes(way.by))
        .map((way) => (
          <p key={way.by}>
            {way.name}: {way.needs}.
          </p>
        ))}
    </fieldset>
  );
}

// The items recommended for an empty query, which are usually popular ones. The first items if the model does
// no retrieval.
async function startsOf(api: Api, features: Features, signal: AbortSignal): Promise<Item[]> {
  if (!features.retrieval) return (await api.items('', kStarts, signal)).items;
  const k = Math.min(kStarts, features.max_k);
  return (await api.recommend({ query: {}, filter: [], k, retrieve: 0, explain: false }, signal)).items;
}

function Starts({ choose }: { choose: (id: string) => void }) {
  const { api, features, model } = useServed();
  const some = useAnswer(`starts ${model.name} ${model.version}`, (signal) => startsOf(api, features, signal));
  if (some.problem) return <Failure problem={some.problem} again={some.again} />;
  if (!some.value) return <Waiting lines={4} label="Loading items" />;
  return (
    <Empty title={features.retrieval ? 'Search, or start from what most people like' : 'Search, or start from one of these'}>
      <ul class="starts">
        {some.value.map((item) => (
          <li key={item.id}>
            <button type="button" class="chip" dir="auto" onClick={() => choose(item.id)}>
              {shortened(item.display || item.id)}
            </button>
          </li>
        ))}
      </ul>
    </Empty>
  );
}

function Alike({ id, by }: { id: string; by: SimilarBy }) {
  const { api, at, features, model } = useServed();
  const answer = useAnswer(`${model.version} ${by} ${id}`, (signal) => api.similar(id, by, Math.min(kItems, features.max_k), signal));
  if (answer.problem) return <Failure problem={answer.problem} again={answer.again} />;
  if (!answer.value) return <Waiting lines={10} label="Loading similar items" />;
  const { item, items } = answer.value;
  const shared = (column: string, value: string) => valuesOf(item.attributes[column]).includes(value);
  const pictured = [item, ...items].some((one) => pictureOf(one, features.attributes));
  const most = Math.max(...items.map((other) => other.similarity), 0);
  return (
    <section aria-busy={answer.loading} aria-label={`Similar to ${shortened(item.id)}`} class="results">
      <header class={pictured ? 'origin pictured' : 'origin'}>
        {pictured ? <Picture address={pictureOf(item, features.attributes)} /> : null}
        <div>
          <p>Similar to</p>
          <h2 dir="auto" class="id">
            {item.display || item.id}
          </h2>
          <Attributes item={item} wanted={() => false} />
        </div>
      </header>
      {most <= 0 ? <Empty title="No item is similar in this way" /> : null}
      <ol class={pictured ? 'cards pictured' : 'cards'}>
        {items.map((other) => (
          <li key={other.id} class="card">
            <span class="rank">{other.rank}</span>
            {pictured ? <Picture address={pictureOf(other, features.attributes)} /> : null}
            <div class="what">
              <h3 dir="auto" class="id">
                <Link to={at('/similar', { item: other.id, by })}>{other.display || other.id}</Link>
              </h3>
              <Attributes item={other} wanted={shared} />
            </div>
            <div class="measures">
              <Measure name="Similarity" text={wayOf(by).text(other.similarity)} share={other.similarity} />
            </div>
          </li>
        ))}
      </ol>
      <p class="answered" role="status">
        {answer.loading ? '' : `${plural(items.length, 'item')} by ${wayOf(by).name.toLowerCase()}`}
      </p>
    </section>
  );
}
