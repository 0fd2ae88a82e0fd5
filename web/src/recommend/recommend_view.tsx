import { amend, useAddress } from '../address';
import { useServed } from '../served';
import { Empty, Failure, Waiting } from '../states';
import { useAnswer } from '../use_answer';
import { readChoice, requestOf, writeChoice, type Choice } from './choice';
import { QueryPanel } from './query_panel';
import { RecommendationList } from './recommendation_list';
import { Summary } from './summary';

const kPause = 200; // milliseconds without a change before a request is sent

export function RecommendView() {
  const { api, features, model } = useServed();
  const { query } = useAddress();
  const choice = readChoice(query, features);
  const request = requestOf(choice, features);
  const answer = useAnswer(`${model.version} ${JSON.stringify(request)}`, (signal) => api.recommend(request, signal), kPause);
  const setChoice = (next: Choice) => amend(writeChoice(next, query, features));

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
    return <RecommendationList items={answer.value.items} choice={choice} onWhy={(why) => setChoice({ ...choice, why })} />;
  };
  return (
    <div class="recommend">
      <QueryPanel choice={choice} onChange={setChoice} />
      <section class="results" aria-label="Recommendations" aria-busy={answer.loading}>
        <Summary choice={choice} onChange={setChoice} answer={answer} request={request} />
        {results()}
      </section>
    </div>
  );
}
