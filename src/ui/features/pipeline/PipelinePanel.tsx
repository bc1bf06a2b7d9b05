import { CircleCheck, CircleX, LoaderCircle, Rocket } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { PipelineView } from '../../../sim/pipeline/index.ts';
import { Badge, Button, Field, Select } from '../../design/index.ts';
import { command } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { texts } from '../../state/texts.ts';
import { inspect } from '../../state/view.ts';
import { formatSpan } from '../timeline/clock.ts';
import './pipeline.css';

const PIPELINE = 'client/pipeline';
const LONGEST_S = 3_600;

/** A CI/CD pipeline: what to release and how, and how far the present release has come. */
export function PipelinePanel(): React.JSX.Element {
  const { t } = useTranslation();
  const release = useStore(simulation, (state) => state.pipeline);
  return (
    <div className="pipeline-panel" tabIndex={0} role="region" aria-label={t('tabs.pipeline')}>
      <Order />
      {release && release.number > 0 ? <Progress release={release} /> : <p className="soft">{t('pipeline.none')}</p>}
    </div>
  );
}

function Order(): React.JSX.Element {
  const { t } = useTranslation();
  const { files, active } = useStore(texts);
  const isBooted = useStore(simulation, (state) => state.isBooted);
  const [chosen, setChosen] = useState<string>();
  const [timeout, setTimeoutText] = useState('120');
  const [testUrl, setTestUrl] = useState('');
  const [rollsBack, setRollsBack] = useState(true);
  const [fault, setFault] = useState<string>();
  const file = chosen !== undefined && files[chosen] !== undefined ? chosen : active;
  const seconds = Number(timeout);
  const isTimeoutBad = !/^\d+$/.test(timeout) || seconds < 1 || seconds > LONGEST_S;
  const isUrlBad = testUrl !== '' && !/^http:\/\/\S+$/.test(testUrl);
  const release = async (): Promise<void> => {
    setFault(undefined);
    const order = {
      verb: 'release',
      name: file,
      file,
      text: files[file] ?? '',
      timeoutMs: seconds * 1000,
      rollsBack,
    } as const;
    const result = await command(testUrl ? { ...order, testUrl } : order);
    setFault(result?.faults?.[0]?.message);
  };
  return (
    <form
      className="order"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isTimeoutBad && !isUrlBad) void release();
      }}
    >
      <p className="soft">{t('pipeline.intro')}</p>
      <div className="fields">
        <Select
          label={t('pipeline.file')}
          prefix={t('pipeline.file')}
          value={file}
          options={Object.keys(files).map((value) => ({ value, label: value }))}
          onChange={setChosen}
        />
        <Field name={t('pipeline.timeout')} fault={isTimeoutBad ? t('pipeline.timeoutFault') : undefined}>
          {(control) => (
            <input
              {...control}
              className="field"
              inputMode="numeric"
              value={timeout}
              onChange={(event) => setTimeoutText(event.target.value)}
            />
          )}
        </Field>
        <Field
          name={t('pipeline.testUrl')}
          hint={t('pipeline.testHint')}
          fault={isUrlBad ? t('pipeline.testFault') : undefined}
        >
          {(control) => (
            <input
              {...control}
              className="field"
              value={testUrl}
              onChange={(event) => setTestUrl(event.target.value.trim())}
            />
          )}
        </Field>
        <label className="check">
          <input type="checkbox" checked={rollsBack} onChange={(event) => setRollsBack(event.target.checked)} />
          {t('pipeline.rollsBack')}
        </label>
        <Button kind="primary" type="submit" disabled={!isBooted || isTimeoutBad || isUrlBad}>
          <Rocket size={14} aria-hidden /> {t('pipeline.run')}
        </Button>
      </div>
      {fault ? (
        <p className="fault" role="alert">
          {t('pipeline.faults', { message: fault })}
        </p>
      ) : null}
    </form>
  );
}

const ICON = { running: LoaderCircle, succeeded: CircleCheck, failed: CircleX };

function Progress({ release }: { release: PipelineView }): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <section className="progress" aria-label={t('pipeline.number', { number: release.number, name: release.name })}>
      <header>
        <h2>{t('pipeline.number', { number: release.number, name: release.name })}</h2>
        <Badge>{t(`pipeline.states.${release.state}`)}</Badge>
        <Button kind="plain" onClick={() => inspect(PIPELINE)}>
          {t('pipeline.state')}
        </Button>
      </header>
      <ol role="list">
        {release.steps.map(({ step, outcome, message, startedAt, endedAt }) => {
          const Icon = ICON[outcome];
          return (
            <li key={step} className={outcome}>
              <Icon size={16} aria-label={t(`pipeline.outcome.${outcome}`)} />
              <strong>{t(`pipeline.step.${step}`)}</strong>
              <span className="mono">{message}</span>
              {endedAt === undefined ? null : <span className="soft">{formatSpan(endedAt - startedAt)}</span>}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
