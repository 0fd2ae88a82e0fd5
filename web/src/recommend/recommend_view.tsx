import { useEffect, useRef } from 'preact/hooks';
import { amend, useAddress } from '../address';
import type { Recommendations } from '../api';
import { useServed } from '../served';
import { Empty, Failure, Waiting } from '../states';
import { useAnswer, type Answer } from '../use_answer';
import { useRemember } from '../use_items';
import { historyOf, readChoice, requestOf, userOf, withValues, writeChoice, type Choice } from './choice';
import { QueryPanel } from './query_panel';
import { RecommendationList } from './recommendation_list';
import { Summary } from './summary';

const kPause = 200; // milliseconds without a change before a request is sent

// The histories of the query's user that were used, by column, from the latest answer to a query with the same
// `key`: its user, and whether it gives a history.
function useKnown(answer: Answer<Recommendations>, key: string): Record<string, string[]> | undefined {
  const latest = useRef<{ key: string; known: Record<string, string[]> } | undefined>(undefined);
  if (answer.value && !answer.loading) latest.current = { key, known: answer.value.known_history ?? {} };
  return latest.current?.key === key ? latest.current.known : undefined;
}

export function RecommendView() {
  const { api, features, model } = useServed();
  const { query } = useAddress();
  const choice = readChoice(query, features);
  const request = requestOf(choice, features);
  const answer = useAnswer(`${model.version} ${JSON.stringify(request)}`, (signal) => api.recommend(request, signal), kPause);
  const setChoice = (next: Choice) => amend(writeChoice(next, query, features));
  const remember = useRemember();
  useEffect(() => remember(answer.value?.items ?? []), [answer.value]);
  const history = historyOf(features)?.column;
  const given = history === undefined ? undefined : choice.query.get(history);
  const known = useKnown(answer, JSON.stringify([userOf(choice, features), given === undefined]));

  // An item that is liked becomes the last of the history: of the given one, or else of the user's.
  const liked = history === undefined ? undefined : (given ?? known?.[history] ?? []);
  const setLikes = (id: string, likes: boolean) => {
    if (!given && !known) return; // the user's history is being fetched
    const others = liked!.filter((other) => other !== id);
    setChoice({ ...choice, query: withValues(choice.query, history!, likes ? [...others, id] : others) });
  };

  const results = () => {
    if (answer.problem) return <Failure problem={answer.problem} again={answer.again} />;
    if (!answer.value) return <Waiting lines={10} label="Loading recommendations" />;
    if (answer.value.items.length === 0) {
      return (
        <Empty title="No item meets the conditions">
          <button type="button" class="button" onClick={() => setChoice({ ...choice, only: new Map() })}>
            Remove the conditions
          </button>
        </Empty>
      );
    }
    return (
      <RecommendationList
        items={answer.value.items}
        choice={choice}
        known={answer.value.known_history}
        liked={liked}
        onLike={setLikes}
        onWhy={(why) => setChoice({ ...choice, why })}
      />
    );
  };
  return (
    <div class="recommend">
      <QueryPanel choice={choice} known={known} onChange={setChoice} />
      <section class="results" aria-label="Recommendations" aria-busy={answer.loading}>
        <Summary choice={choice} onChange={setChoice} answer={answer} request={request} />
        {results()}
      </section>
    </div>
  );
}
