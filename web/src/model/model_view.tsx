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
  const { api, model } = useServed();
  const card = useAnswer(`card ${model.name} ${model.version}`, (signal) => api.card(signal));
  const map = useAnswer(`map ${model.name} ${model.version}`, (signal) => api.map(signal));
  const shown = card.value !== undefined && !map.loading;
  useEffect(() => {
    if (shown && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [shown]);
  if (card.problem) return <Failure problem={card.problem} again={card.again} />;
  if (!card.value) return <Waiting lines={6} label="Asking for the model card" />;
  return (
    <div class="model">
      <nav class="contents" aria-label="On this page">
        <ul>
          {kSections.map(({ id, name }) => (
            <li key={id}>
              <a href={`#${id}`}>{name}</a>
            </li>
          ))}
        </ul>
      </nav>
      <div class="sections">
        <Glance card={card.value} />
        <MapSection map={map} />
        <TestReport report={card.value.report} />
        <Curves epochs={card.value.history.epochs} />
        <ConfigSection card={card.value} />
      </div>
    </div>
  );
}
