import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Stored } from '../../../sim/api/object.ts';
import type { TraceEvent } from '../../../sim/kernel/index.ts';
import { Badge } from '../../design/index.ts';
import { simulation } from '../../state/simulation.ts';
import { formatClock } from '../timeline/clock.ts';

/** Containers as their node reports them, with what they printed. */
export function Containers({ pod, logs }: { pod: Stored<Pod>; logs: readonly TraceEvent[] }): React.JSX.Element | null {
  const { t } = useTranslation();
  const startTime = useStore(simulation, (state) => state.startTime);
  const statuses = [
    ...(pod.status?.initContainerStatuses ?? []).map((status) => ({ status, isInit: true })),
    ...(pod.status?.containerStatuses ?? []).map((status) => ({ status, isInit: false })),
  ];
  if (statuses.length === 0) return null;
  return (
    <section>
      <h3>{t('inspector.containers')}</h3>
      <ul className="containers">
        {statuses.map(({ status, isInit }) => (
          <li key={status.name}>
            <div className="row">
              <strong className="mono">{status.name}</strong>
              {isInit ? <Badge>{t('inspector.init')}</Badge> : null}
              <State status={status} />
              {status.restartCount > 0 ? (
                <Badge tone="warn">{t('inspector.restarts', { count: status.restartCount })}</Badge>
              ) : null}
            </div>
            <p className="mono soft">{status.image}</p>
            {status.state?.waiting?.message ? <p className="problem">{status.state.waiting.message}</p> : null}
            {status.lastState?.terminated ? (
              <p className="soft">
                {t('inspector.lastEnd', {
                  reason: status.lastState.terminated.reason ?? '',
                  code: status.lastState.terminated.exitCode,
                })}
              </p>
            ) : null}
          </li>
        ))}
      </ul>
      <details>
        <summary>{t('inspector.logs')}</summary>
        {logs.length === 0 ? (
          <p className="soft">{t('inspector.noLogs')}</p>
        ) : (
          <pre tabIndex={0} role="region" aria-label={t('inspector.logs')}>
            {logs.map((event) =>
              event.type === 'container.log' ? (
                <span key={event.seq}>
                  <span className="soft">{`${formatClock(event.time - startTime)} `}</span>
                  {`${event.data.line}\n`}
                </span>
              ) : null,
            )}
          </pre>
        )}
      </details>
    </section>
  );
}

function State({ status }: { status: ContainerStatus }): React.JSX.Element {
  const { t } = useTranslation();
  const { state, ready } = status;
  if (state?.waiting) {
    const isBad = /BackOff|Err|Error|Invalid/.test(state.waiting.reason ?? '');
    return <Badge tone={isBad ? 'failure' : 'warn'}>{state.waiting.reason ?? 'Waiting'}</Badge>;
  }
  if (state?.terminated) {
    const { reason, exitCode } = state.terminated;
    return <Badge tone={exitCode === 0 ? 'neutral' : 'failure'}>{`${reason ?? 'Terminated'} (${exitCode})`}</Badge>;
  }
  return (
    <Badge tone={ready ? 'ok' : 'warn'}>{`Running, ${t(ready ? 'inspector.isReady' : 'inspector.isNotReady')}`}</Badge>
  );
}
