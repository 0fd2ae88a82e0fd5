import { useState } from 'preact/hooks';
import type { Epoch } from '../api';
import { figure, list, plural } from '../text';
import { CurveChart, type Curve } from './curve_chart';
import { inOrder, isKeras, lowerIsBetter, mainFigures } from './figures';

// One curve per recorded metric, without the Keras duplicates.
function curvesOf(epochs: Epoch[]): Curve[] {
  const names = new Set(epochs.flatMap((epoch) => [...Object.keys(epoch.validation ?? {}), ...Object.keys(epoch.train)]));
  const of = (name: string, part: 'train' | 'validation') => epochs.map((epoch) => epoch[part]?.[name] ?? null);
  const curves = [...names]
    .filter((name) => !isKeras(name))
    .map((name) => ({ name, train: of(name, 'train'), validation: of(name, 'validation') }));
  curves.sort((a, b) => inOrder(a.name, b.name));
  return [...curves, { name: 'learning_rate', train: epochs.map((epoch) => epoch.learning_rate), validation: [] }];
}

const flatValue = (value: number | null | undefined): string => (value == null ? '' : Number.isInteger(value) ? String(value) : figure(value));

const isFlat = ({ train, validation }: Curve): boolean => new Set([...train, ...validation].filter((v) => v !== null)).size < 2;

// `kept` is the epoch whose weights the model uses, by default the last.
export function Curves({ epochs: all, kept }: { epochs: Epoch[]; kept?: number | undefined }) {
  const [unfolded, setUnfolded] = useState(false);
  const [late, setLate] = useState(false);
  const epochs = late ? all.slice(1) : all;
  const curves = epochs.length > 0 ? curvesOf(epochs) : [];
  const flat = curves.filter(isFlat);
  const moving = curves.filter((curve) => !isFlat(curve));
  const main = mainFigures(moving.map(({ name }) => name));
  const shown = unfolded ? moving : moving.filter(({ name }) => main.includes(name));
  const validated = all.some((epoch) => Object.keys(epoch.validation ?? {}).length > 0);
  return (
    <section id="curves" aria-labelledby="curves-title">
      <h2 id="curves-title">Learning curves</h2>
      {all.length === 0 ? (
        <p class="lead">The bundle has none: the model was not trained in epochs.</p>
      ) : (
        <div class="lead legend">
          <span class="train">training</span> {validated ? <span class="validation">validation</span> : null}{' '}
          {kept !== undefined ? <span class="kept">epoch {kept}, whose weights the model uses</span> : null} over {plural(all.length, 'epoch')}
          {all.length > 2 ? (
            <label>
              <input type="checkbox" checked={late} onChange={(event) => setLate(event.currentTarget.checked)} /> without the first epoch
            </label>
          ) : null}
        </div>
      )}
      <div class="charts">
        {shown.map((curve) => (
          <CurveChart key={curve.name} curve={curve} epochs={epochs.map((e) => e.epoch)} lowerIsBetter={lowerIsBetter(curve.name)} kept={kept} />
        ))}
      </div>
      {shown.length < moving.length ? (
        <button type="button" class="clear more-figures" onClick={() => setUnfolded(true)}>
          {moving.length - shown.length} more curves
        </button>
      ) : null}
      {flat.length > 0 ? (
        <p class="note">
          The same in every epoch: {list(flat.map((c) => `${c.name} ${flatValue(c.validation[0] ?? c.train[0])}`))}.
        </p>
      ) : null}
    </section>
  );
}
