import { useState } from 'preact/hooks';
import type { Baseline, ListReport, Report, TaskReport } from '../api';
import { digitsOfMeasured, fixed, plural, titleOf } from '../text';
import { inOrder, isKeras, lowerIsBetter, mainFigures, meaningOf } from './figures';
import { Strip } from './strip';

// 1: the model is better than the baseline; -1: worse; 0: the rows do not decide. Undefined if the difference
// has no interval.
function standing(baseline: Baseline, name: string): number | undefined {
  const difference = baseline.figures[name]?.difference;
  if (difference?.low == null || difference.high == null) return undefined;
  const above = Number(difference.low > 0) - Number(difference.high < 0);
  return lowerIsBetter(name) ? -above : above;
}

export function TestReport({ report }: { report: Report }) {
  const seen = report.share_in_train;
  const [unfolded, setUnfolded] = useState<string[]>([]);
  const tables = [
    ...report.tasks.map((task) => ({ task, title: task.task === 'retrieval' ? 'Retrieval' : `Predicted ${titleOf(task.task).toLowerCase()}` })),
    ...(report.list ? [{ task: { ...report.list, task: 'list' }, title: listTitle(report.list) }] : []),
  ].map(({ task, title }) => {
    const names = Object.keys(task.model).filter((name) => !isKeras(name)).sort(inOrder);
    return { task, title, names, shown: unfolded.includes(title) ? names : mainFigures(names) };
  });
  return (
    <section id="report" aria-labelledby="report-title">
      <h2 id="report-title">Test report</h2>
      <p class="lead">
        Measured on the {plural(report.rows, 'row')} of “{report.split}”, which the model did not learn from
        {seen !== null && seen > 0 ? `; ${(100 * seen).toFixed(2)}\u00a0% of them also occur, identical, in the training rows` : ''}. The other
        columns are simple rules that need no model.
      </p>
      {tables.map((table) => (
        <TaskTable key={table.title} {...table} onUnfold={() => setUnfolded([...unfolded, table.title])} />
      ))}
      <Legend tables={tables} />
    </section>
  );
}

// A task's table: all its figures, and those that are shown.
interface Table {
  task: TaskReport;
  title: string;
  names: string[];
  shown: string[];
}

// Explains the marks that the tables show, and no others.
function Legend({ tables }: { tables: Table[] }) {
  const shown = tables.flatMap(({ task, shown }) =>
    shown.flatMap((name) => task.baselines.filter(({ figures }) => figures[name]?.value != null).map((baseline) => standing(baseline, name))),
  );
  const hasInterval = tables.some(({ task, shown }) => shown.some((name) => task.model[name]!.interval?.low != null));
  return (
    <ul class="note">
      {hasInterval ? <li>The range below the model’s figure is its 95&nbsp;% interval.</li> : null}
      {shown.includes(-1) ? (
        <li>
          <span class="worse">Red</span>: better than the model, by more than chance.
        </li>
      ) : null}
      {shown.includes(0) ? <li>≈: not clearly different from the model’s figure on these rows.</li> : null}
      {shown.length > 0 ? (
        <li class="of-pictures">
          <i class="key-dot" /> the model, <i class="key-ring" /> the rules.
        </li>
      ) : null}
    </ul>
  );
}

function listTitle(list: ListReport): string {
  const order = { score: 'by score', predicted: 'by predicted label', blend: 'by score and predicted label' }[list.order] ?? '';
  return `Lists as served: ${order}${list.drops_seen ? ', without seen items' : ''}`;
}

function TaskTable({ task, title, names, shown, onUnfold }: Table & { onUnfold: () => void }) {
  return (
    <div class="wide" role="region" aria-label={title} tabIndex={0}>
      <table class="figures">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col" class="number">
              Model
            </th>
            <td class="picture" />
            {task.baselines.map((baseline) => (
              <th key={baseline.name} scope="col" class="number">
                {baseline.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((name) => (
            <FigureRow key={name} task={task} name={name} />
          ))}
        </tbody>
      </table>
      {shown.length < names.length ? (
        <button type="button" class="clear more-figures" onClick={onUnfold}>
          {names.length - shown.length} more figures
        </button>
      ) : null}
    </div>
  );
}

function FigureRow({ task, name }: { task: TaskReport; name: string }) {
  const { value, interval } = task.model[name]!;
  const digits = digitsOfMeasured(value ?? 0, interval);
  return (
    <tr>
      <th scope="row">
        {name}
        <small>{meaningOf(name)}</small>
      </th>
      <td class="number" data-of="Model">
        <b>{value === null ? '–' : fixed(value, digits)}</b>
        {interval?.low != null && interval.high != null ? <small>{`${fixed(interval.low, digits)} to ${fixed(interval.high, digits)}`}</small> : null}
      </td>
      <td class="picture">
        <Strip task={task} name={name} />
      </td>
      {task.baselines.map((baseline) => (
        <BaselineCell key={baseline.name} baseline={baseline} name={name} digits={digits} />
      ))}
    </tr>
  );
}

function BaselineCell({ baseline, name, digits }: { baseline: Baseline; name: string; digits: number }) {
  const value = baseline.figures[name]?.value;
  if (value === undefined || value === null) return <td class="number" data-of={baseline.name}>–</td>;
  const sign = standing(baseline, name);
  const words = new Map([
    [1, ', worse than the model'],
    [-1, ', better than the model'],
    [0, ', no clear difference'],
  ]);
  return (
    <td class={sign === -1 ? 'number worse' : 'number'} data-of={baseline.name}>
      {sign === 0 ? <span aria-hidden="true">≈ </span> : null}
      {fixed(value, digits)}
      {sign === undefined ? null : <span class="for-readers">{words.get(sign)}</span>}
    </td>
  );
}
