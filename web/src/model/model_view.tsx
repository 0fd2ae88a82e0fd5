import { useEffect } from 'preact/hooks';
import { useServed } from '../served';
import { Failure, Waiting } from '../states';
import { useAnswer } from '../use_answer';
import { ConfigSection } from './config_section';
import { Curves } from './curves';
import { Glance } from './glance';
import { MapSection } from './map_section';
import { TestReport } from './test_report';

const kSections = [
  { id: 'map', name: 'Map' },
  { id: 'report', name: 'Test report' },
  { id: 'curves', name: 'Learning curves' },
  { id: 'config', name: 'Config' },
];

export function ModelView() {
  const { api, features, model } = useServed();
  const card = useAnswer(`card ${model.name} ${model.version}`, (signal) => api.card(signal));
  // Without vectors there is no map to fetch.
  const map = useAnswer(features.map ? `map ${model.name} ${model.version}` : null, (signal) => api.map(signal));
  const shown = card.value !== undefined && !map.loading;
  useEffect(() => {
    if (shown && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [shown]);
  if (card.problem) return <Failure problem={card.problem} again={card.again} />;
  if (!card.value) return <Waiting lines={6} label="Loading the model card" />;
  return (
    <div class="model">
      <nav class="contents" aria-label="On this page">
        <ul>
          {kSections.filter(({ id }) => id !== 'map' || features.map).map(({ id, name }) => (
            <li key={id}>
              <a href={`#${id}`}>{name}</a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="sections">
        <Glance card={card.value} />
        {features.map ? <MapSection map={map} /> : null}
        <TestReport report={card.value.report} />
        <Curves epochs={card.value.history.epochs} kept={card.value.history.kept_epoch} />
        <ConfigSection card={card.value} />
      </div>
    </div>
  );
}
