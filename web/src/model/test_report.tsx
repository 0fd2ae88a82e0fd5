import type { Baseline, ListReport, Report, TaskReport } from '../api';
import { figure, plural, titleOf } from '../text';
import { inOrder, isKeras, lowerIsBetter, meaningOf } from './figures';
import { Strip } from './strip';

// 1: the model is better than the baseline; -1: worse; 0: the rows do not decide.
function standing(baseline: Baseline, name: string): number {
  const difference = baseline.figures[name]?.difference;
  if (difference?.low == null || difference.high == null) return 0;
  const above = Number(difference.low > 0) - Number(difference.high < 0);
  return lowerIsBetter(name) ? -above : above;
}

export function TestReport({ report }: { report: Report }) {
  const seen = report.share_in_train;
  return (
    <section id="report" aria-labelledby="report-title">
      <h2 id="report-title">Test report</h2>
      <p class="lead">
        Measured on the {plural(report.rows, 'row')} of “{report.split}”, which the model did not learn from
        {seen !== null ? `; ${(100 * seen).toFixed(2)}\u00a0% of them stand identically among those that it did` : ''}. Beside
        it: what needs no model.
      </p>
      {report.tasks.map((task) => (
        <TaskTable key={task.task} task={task} title={task.task === 'retrieval' ? 'Retrieval' : `Predicted ${titleOf(task.task).toLowerCase()}`} />
      ))}
      {report.list ? <TaskTable task={{ ...report.list, task: 'list' }} title={listTitle(report.list)} /> : null}
      <p class="note">
        <span class="worse">Red</span>: better than the model, and the rows are enough to say so. <span>≈</span>: the rows do not decide. Below
        the model’s figure: where it lies with 95&nbsp;%.
      </p>
    </section>
  );
}

function listTitle(list: ListReport): string {
  const order = { score: 'by score', predicted: 'by predicted label', blend: 'by score and predicted label' }[list.order] ?? '';
  return `Lists as they are served: ${order}${list.drops_seen ? ', without seen items' : ''}`;
}

function TaskTable({ task, title }: { task: TaskReport; title: string }) {
  const names = Object.keys(task.model).filter((name) => !isKeras(name)).sort(inOrder);
  return (
    <div class="wide" role="region" aria-label={title} tabIndex={0}>
      <table>
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
          {names.map((name) => (
            <FigureRow key={name} task={task} name={name} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function FigureRow({ task, name }: { task: TaskReport; name: string }) {
  const { value, interval } = task.model[name]!;
  return (
    <tr>
      <th scope="row">
        {name}
        <small>{meaningOf(name)}</small>
      </th>
      <td class="number">
        <b>{value === null ? '–' : figure(value)}</b>
        {interval?.low != null && interval.high != null ? <small>{`${figure(interval.low)} to ${figure(interval.high)}`}</small> : null}
      </td>
      <td class="picture">
        <Strip task={task} name={name} />
      </td>
      {task.baselines.map((baseline) => (
        <BaselineCell key={baseline.name} baseline={baseline} name={name} />
      ))}
    </tr>
  );
}

function BaselineCell({ baseline, name }: { baseline: Baseline; name: string }) {
  const value = baseline.figures[name]?.value;
  if (value === undefined || value === null) return <td class="number">–</td>;
  const sign = standing(baseline, name);
  const word = sign > 0 ? 'worse than the model' : sign < 0 ? 'better than the model' : 'no clear difference';
  return (
    <td class={sign < 0 ? 'number worse' : 'number'}>
      {sign === 0 ? <span aria-hidden="true">≈ </span> : null}
      {figure(value)}
      <span class="for-readers">, {word}</span>
    </td>
  );
}
