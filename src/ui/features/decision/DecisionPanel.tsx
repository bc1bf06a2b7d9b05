import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { DecisionRecord, DecisionSummary } from '../../../run/types.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { select, view } from '../../state/view.ts';
import { shorten } from '../../view/stage.ts';
import { formatClock } from '../timeline/clock.ts';
import './decision.css';

/** Every attempt of the scheduler: the nodes, each plugin's verdict, every number, and how it came about. */
export function DecisionPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const { selected, attempt } = useStore(view);
  const startTime = useStore(simulation, (state) => state.startTime);
  const beat = useStore(simulation, (state) => `${state.epoch}/${Math.floor(state.seq / 40)}`);
  const [attempts, setAttempts] = useState<readonly DecisionSummary[]>([]);
  const [record, setRecord] = useState<DecisionRecord>();
  const pod = selected?.startsWith('pods|') ? selected.slice('pods|'.length).split('/') : undefined;
  const [namespace, name] = pod ?? [];
  useEffect(() => {
    void ask('decisions', namespace && name ? { namespace, pod: name } : {}).then((found) =>
      setAttempts((found ?? []).slice(-60).reverse()),
    );
  }, [namespace, name, beat]);
  useEffect(() => {
    const wanted = attempt ?? (name ? attempts[0]?.attempt : undefined);
    if (wanted === undefined) setRecord(undefined);
    else void ask('decision', { attempt: wanted }).then(setRecord);
  }, [attempt, name, attempts]);
  return (
    <div className="content" tabIndex={0}>
      {record ? <Record key={record.attempt} record={record} /> : <p className="empty">{t('decision.empty')}</p>}
      <section>
        <h2>{t('decision.attempts')}</h2>
        <ul className="list">
          {attempts.map((item) => (
            <li key={item.attempt}>
              <button
                type="button"
                aria-pressed={item.attempt === record?.attempt}
                onClick={() => view.setState({ attempt: item.attempt })}
              >
                <span className="mono soft">{formatClock(item.time - startTime)}</span> {item.namespace}/{item.pod}{' '}
                {item.node ? `→ ${shorten(item.node, 22)}` : <span className="problem">{item.outcome}</span>}
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function Record({ record }: { record: DecisionRecord }): React.JSX.Element {
  const { t } = useTranslation();
  const scored = record.scorePlugins.filter(({ name }) => record.nodes.some(({ scores }) => scores?.[name]));
  const steps = [
    ...record.filterPlugins
      .filter((name) => !record.skippedFilter.includes(name))
      .map((name) => ({ name, phase: 'filter' as const })),
    ...scored.map(({ name }) => ({ name, phase: 'score' as const })),
  ];
  const [step, setStep] = useState(steps.length);
  const [cell, setCell] = useState<{ node: string; plugin: string; phase: 'filter' | 'score' }>();
  const current = steps[step];
  const lines = cell
    ? record.nodes.find(({ node }) => node === cell.node)?.arithmetic?.[`${cell.plugin}/${cell.phase}`]
    : undefined;
  const reached = (phase: 'filter' | 'score', plugin: string): boolean =>
    steps.findIndex((item) => item.name === plugin && item.phase === phase) <= step;
  const rows = [...record.nodes]
    .sort((left, right) => (right.total ?? -1) - (left.total ?? -1) || (left.node < right.node ? -1 : 1))
    .slice(0, 200);
  return (
    <section>
      <h2 style={{ overflowWrap: 'anywhere' }}>{`${record.namespace}/${record.pod}`}</h2>
      <p style={{ margin: '4px 0' }} className={record.outcome === 'scheduled' ? undefined : 'problem'}>
        {record.message}
      </p>
      <div className="row">
        <button type="button" className="button" disabled={step === 0} onClick={() => setStep(step - 1)}>
          {t('decision.previous')}
        </button>
        <button type="button" className="button" disabled={step >= steps.length} onClick={() => setStep(step + 1)}>
          {t('decision.next')}
        </button>
        <span className="soft" role="status">
          {current
            ? t('decision.step', { index: step + 1, count: steps.length, name: current.name })
            : t('decision.all')}
        </span>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label={t('decision.nodes')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('decision.node')}</th>
              <th scope="col">{t('decision.verdict')}</th>
              {scored.map(({ name, weight }) => (
                <th
                  key={name}
                  scope="col"
                  className={current?.name === name && current.phase === 'score' ? 'current' : undefined}
                  title={t('decision.weight', { weight })}
                >
                  {name}
                </th>
              ))}
              {scored.length > 0 ? <th scope="col">{t('decision.total')}</th> : null}
            </tr>
          </thead>
          <tbody>
            {rows.map((node) => {
              const rejected = node.rejected && reached('filter', node.rejected.plugin) ? node.rejected : undefined;
              return (
                <tr key={node.node}>
                  <th scope="row">
                    <button
                      type="button"
                      className="button plain"
                      title={node.node}
                      onClick={() => select(`nodes|${node.node}`)}
                    >
                      {shorten(node.node, 16)}
                    </button>
                  </th>
                  <td>
                    {rejected ? (
                      <button
                        type="button"
                        className="problem"
                        onClick={() => setCell({ node: node.node, plugin: rejected.plugin, phase: 'filter' })}
                      >
                        {`${rejected.plugin}: ${rejected.reasons.join(', ')}`}
                      </button>
                    ) : (
                      <button
                        type="button"
                        onClick={() => setCell({ node: node.node, plugin: 'NodeResourcesFit', phase: 'filter' })}
                      >
                        {node.node === record.node && step >= steps.length
                          ? t('decision.chosen')
                          : t('decision.passes')}
                      </button>
                    )}
                  </td>
                  {scored.map(({ name }) => (
                    <td
                      key={name}
                      className={current?.name === name && current.phase === 'score' ? 'current' : undefined}
                    >
                      {node.scores?.[name] && reached('score', name) ? (
                        <button
                          type="button"
                          title={`${t('decision.raw')} ${node.scores[name].raw}, ${t('decision.normalized')} ${node.scores[name].normalized}, ${t('decision.weighted')} ${node.scores[name].weighted}`}
                          onClick={() => setCell({ node: node.node, plugin: name, phase: 'score' })}
                        >
                          {`${node.scores[name].raw} → ${node.scores[name].normalized} → ${node.scores[name].weighted}`}
                        </button>
                      ) : null}
                    </td>
                  ))}
                  {scored.length > 0 ? <td>{step >= steps.length ? node.total : ''}</td> : null}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {scored.length === 0 && record.outcome === 'scheduled' ? <p className="soft">{t('decision.notScored')}</p> : null}
      {record.tied.length > 1 ? <p className="soft">{t('decision.tied', { count: record.tied.length })}</p> : null}
      <h2>{t('decision.arithmetic')}</h2>
      {lines && cell ? (
        <pre tabIndex={0}>
          {[
            `${cell.plugin} · ${cell.node}`,
            ...lines.map(({ label, expression, result }) => `${label}: ${expression} = ${result}`),
          ].join('\n')}
        </pre>
      ) : (
        <p className="soft">{t('decision.pick')}</p>
      )}
    </section>
  );
}
