import { Send, Square, Timer } from 'lucide-react';
import type { Pod, Service } from 'kubernetes-types/core/v1';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Command } from '../../../run/types.ts';
import type { Stored } from '../../../sim/api/object.ts';
import type { TraceEvent } from '../../../sim/kernel/index.ts';
import { Button, Combobox, EmptyState, Field } from '../../design/index.ts';
import { useSampled } from '../../state/sampled.ts';
import { ask, command } from '../../state/session.ts';
import { simulation, type SimulationState } from '../../state/simulation.ts';
import { showLeft } from '../../state/view.ts';
import { podHealth } from '../../view/pod-health.ts';
import { intervalOf, RATE, requestsOf, urlFault } from './request-model.ts';
import { Results } from './Results.tsx';
import './request.css';

const SAMPLE_MS = 250;
/** Requests of one order at most; the network refuses more. */
const MOST = 10_000;
const pickObjects = (state: SimulationState): SimulationState['objects'] => state.objects;
const pickEvents = (state: SimulationState): readonly TraceEvent[] => state.events;

/** A request of one's own from a pod: sent once or at a rate, then followed step by step to its answer or failure. */
export function RequestPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const objects = useSampled(pickObjects, SAMPLE_MS);
  const events = useSampled(pickEvents, SAMPLE_MS);
  const [picked, setPicked] = useState('');
  const [url, setUrl] = useState('http://web');
  const pods = useMemo(() => sourcesOf(objects), [objects]);
  const source = pods.some(({ value }) => value === picked) ? picked : (pods[0]?.value ?? '');
  const marks = useStore(simulation, (state) => state.marks);
  const commands = useMemo(() => new Set(marks.flatMap(({ kind, seq }) => (kind === 'command' ? [seq] : []))), [marks]);
  const requests = useMemo(() => requestsOf(events, url, commands), [events, url, commands]);
  if (pods.length === 0) {
    return (
      <EmptyState
        action={
          <Button kind="primary" onClick={() => showLeft('scenarios')}>
            {t('decision.openScenarios')}
          </Button>
        }
      >
        {t('request.empty')}
      </EmptyState>
    );
  }
  return (
    <div className="content request" tabIndex={0}>
      <RequestForm
        pods={pods}
        source={source}
        setSource={setPicked}
        url={url}
        setUrl={setUrl}
        examples={examplesOf(objects, source.split('/')[0]!)}
      />
      <Results requests={requests} />
    </div>
  );
}

/** Pods that run, one's own first. */
function sourcesOf(objects: SimulationState['objects']): { value: string; label: string; hint: string }[] {
  const found: { value: string; label: string; hint: string; rank: number }[] = [];
  for (const [key, object] of objects) {
    if (!key.startsWith('pods|')) continue;
    const pod = object as Stored<Pod>;
    const { word } = podHealth(pod);
    if (!pod.status?.podIP || pod.status.phase !== 'Running') continue;
    const value = key.slice('pods|'.length);
    found.push({ value, label: value, hint: word, rank: pod.metadata.namespace === 'kube-system' ? 1 : 0 });
  }
  return found.sort((left, right) => left.rank - right.rank || (left.value < right.value ? -1 : 1));
}

/** Addresses that make sense now: each Service by its short and its full name, one by its address, and one that fails. */
function examplesOf(objects: SimulationState['objects'], from: string): readonly string[] {
  const found: string[] = [];
  for (const [key, object] of objects) {
    if (!key.startsWith('services|') || key.startsWith('services|kube-system/')) continue;
    const { metadata, spec } = object as Stored<Service>;
    if (metadata.name === 'kubernetes') continue;
    const port = spec?.ports?.[0]?.port ?? 80;
    const tail = port === 80 ? '' : `:${port}`;
    found.push(
      metadata.namespace === from
        ? `http://${metadata.name}${tail}`
        : `http://${metadata.name}.${metadata.namespace}${tail}`,
    );
    if (found.length === 1) {
      found.push(`http://${metadata.name}.${metadata.namespace}.svc.cluster.local${tail}`);
      if (spec?.clusterIP && spec.clusterIP !== 'None') found.push(`http://${spec.clusterIP}${tail}`);
    }
    if (found.length >= 5) break;
  }
  return [...found, 'http://nowhere'];
}

interface FormProps {
  readonly pods: readonly { value: string; label: string; hint: string }[];
  readonly source: string;
  setSource(source: string): void;
  readonly url: string;
  setUrl(url: string): void;
  readonly examples: readonly string[];
}

function RequestForm({ pods, source, setSource, url, setUrl, examples }: FormProps): React.JSX.Element {
  const { t } = useTranslation();
  const [rate, setRate] = useState('1');
  const log = useStore(simulation, (state) => state.log);
  const done = useStore(simulation, (state) => state.commandsDone);
  const isPlaying = useStore(simulation, (state) => state.isPlaying);
  const flow = runningFlow(log.slice(0, done).map((entry) => entry.command));
  const fault = urlFault(url);
  const interval = intervalOf(Number(rate));
  const send = async (count: number, intervalMs: number): Promise<void> => {
    const [namespace = '', pod = ''] = source.split('/');
    if (flow && count > 1) await command({ verb: 'stop-traffic' });
    const sent = await command({ verb: 'traffic', namespace, pod, url: url.trim(), count, intervalMs });
    if (sent) await ask('play', {});
  };
  return (
    <form
      className="request-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!fault) void send(1, 1000);
      }}
    >
      <Field name={t('request.source')}>
        {({ id }) => (
          <Combobox
            id={id}
            label={t('request.source')}
            value={source}
            options={pods}
            empty={t('request.noPod')}
            onChange={setSource}
          />
        )}
      </Field>
      <Field
        name={t('request.url')}
        hint={
          <span className="examples">
            {examples.map((example) => (
              <button key={example} type="button" className="link mono" onClick={() => setUrl(example)}>
                {example}
              </button>
            ))}
          </span>
        }
        fault={fault ? t(`request.fault.${fault}`) : undefined}
      >
        {(control) => (
          <input
            {...control}
            className="field mono"
            value={url}
            spellCheck={false}
            autoComplete="off"
            onChange={({ target }) => setUrl(target.value)}
          />
        )}
      </Field>
      <div className="row">
        <Button kind="primary" type="submit" disabled={fault !== undefined}>
          <Send size={14} aria-hidden /> {t('request.once')}
        </Button>
        <span className="rate">
          <input
            className="field"
            type="number"
            min={RATE.lowest}
            max={RATE.highest}
            step="any"
            value={rate}
            aria-label={t('request.rateLabel')}
            aria-invalid={interval === undefined ? true : undefined}
            onChange={({ target }) => setRate(target.value)}
          />
          <span className="soft">{t('request.perSecond')}</span>
        </span>
        <Button disabled={fault !== undefined || interval === undefined} onClick={() => void send(MOST, interval!)}>
          <Timer size={14} aria-hidden /> {t('request.rate')}
        </Button>
        {flow ? (
          <Button kind="danger" onClick={() => void command({ verb: 'stop-traffic' })}>
            <Square size={14} aria-hidden /> {t('request.stop')}
          </Button>
        ) : null}
      </div>
      {interval === undefined ? (
        <p className="problem" role="alert">
          {t('request.rateFault', { low: RATE.lowest, high: RATE.highest })}
        </p>
      ) : null}
      {flow ? (
        <p className="soft" role="status">
          {t(isPlaying ? 'request.running' : 'request.paused', {
            url: flow.url,
            rate: Number((1000 / flow.intervalMs).toFixed(1)),
          })}
        </p>
      ) : null}
    </form>
  );
}

/** What a person has set going and not stopped. */
function runningFlow(commands: readonly Command[]): Extract<Command, { verb: 'traffic' }> | undefined {
  let flow: Extract<Command, { verb: 'traffic' }> | undefined;
  for (const given of commands) {
    if (given.verb === 'stop-traffic') flow = undefined;
    else if (given.verb === 'traffic' && given.count > 1) flow = given;
  }
  return flow;
}
