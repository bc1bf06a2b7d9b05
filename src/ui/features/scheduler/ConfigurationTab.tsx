import { CircleCheck, RotateCcw } from 'lucide-react';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Fault } from '../../../run/types.ts';
import { Button, EmptyState } from '../../design/index.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { LoadBoundary } from '../editor/LoadBoundary.tsx';
import { PlainText } from '../editor/PlainText.tsx';
import { ProblemList } from '../editor/ResultList.tsx';
import type { TextSurface } from '../editor/text-surface.ts';
import { formatClock } from '../timeline/clock.ts';
import { configurationSchema } from './configuration-schema.ts';
import { inForce, type InForce } from './in-force.ts';
import { presetOf, PRESETS, presetText } from './presets.ts';
import { applyConfiguration, scheduler, writeDraft } from './scheduler-store.ts';

const MonacoText = lazy(async () => ({ default: (await import('../editor/MonacoText.tsx')).MonacoText }));

const FILE = 'scheduler-configuration.yaml';
const CHECK_AFTER_MS = 250;
const NONE: readonly Fault[] = [];

export function useInForce(): InForce {
  const log = useStore(simulation, (state) => state.log);
  const commandsDone = useStore(simulation, (state) => state.commandsDone);
  const options = useStore(simulation, (state) => state.options);
  return useMemo(() => inForce(log, commandsDone, options), [log, commandsDone, options]);
}

/** The text with its faults, what is in force now, and configurations to begin with. */
export function ConfigurationTab(): React.JSX.Element {
  const { t } = useTranslation();
  const force = useInForce();
  const draft = useStore(scheduler, (state) => state.draft);
  const text = draft ?? (force.text || presetText(t, 'default'));
  const faults = useFaults(text);
  const surface = useRef<TextSurface>(undefined);
  const [onReady] = useState(() => (ready: TextSurface | undefined) => void (surface.current = ready));
  const schema = useMemo(() => configurationSchema(t), [t]);
  const isSame = text.trim() === (force.text || presetText(t, 'default')).trim();
  const hasErrors = faults.some(({ severity }) => severity === 'error');
  const apply = (): void => void (hasErrors ? undefined : applyConfiguration(text));
  const props = {
    file: FILE,
    text,
    faults,
    onChange: (_file: string, next: string) => writeDraft(next),
    onApply: apply,
    onReady,
  };
  return (
    <div className="configuration">
      <div className="editor">
        <LoadBoundary fallback={<PlainText {...props} />}>
          <Suspense fallback={<EmptyState>{t('editor.loading')}</EmptyState>}>
            <MonacoText {...props} kind="scheduler" schema={schema} />
          </Suspense>
        </LoadBoundary>
      </div>
      <aside>
        <ForceCard force={force} />
        <section>
          <h3>{t('scheduler.presets')}</h3>
          <ul className="presets">
            {PRESETS.map((id) => (
              <li key={id}>
                <button
                  type="button"
                  aria-pressed={presetOf(text) === id}
                  onClick={() =>
                    surface.current ? surface.current.replace(presetText(t, id)) : writeDraft(presetText(t, id))
                  }
                >
                  <strong>{t(`scheduler.preset.${id}.name`)}</strong>
                  <span className="soft">{t(`scheduler.preset.${id}.about`)}</span>
                </button>
              </li>
            ))}
          </ul>
        </section>
      </aside>
      <div className="foot">
        <div className="results" tabIndex={-1}>
          <ProblemList
            faults={faults}
            go={(fault) => surface.current?.go({ startLine: fault.startLine, startColumn: fault.startColumn })}
            mend={(fix) => surface.current?.mend(fix)}
          />
          {faults.length === 0 ? <p className="soft">{t('scheduler.hint')}</p> : null}
        </div>
        <div className="row">
          <Button kind="primary" disabled={hasErrors || isSame} onClick={apply}>
            {t('scheduler.apply')}
          </Button>
          <Button disabled={force.text === ''} onClick={() => void applyConfiguration('')}>
            <RotateCcw size={14} aria-hidden /> {t('scheduler.toDefault')}
          </Button>
          {isSame ? null : (
            <Button kind="plain" onClick={() => surface.current?.replace(force.text || presetText(t, 'default'))}>
              {t('scheduler.revert')}
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}

/** What decides at the playhead: rewinding brings back what was in force then. */
function ForceCard({ force }: { force: InForce }): React.JSX.Element {
  const { t } = useTranslation();
  const startTime = useStore(simulation, (state) => state.startTime);
  const preset = presetOf(force.text);
  return (
    <section className="in-force" role="status">
      <CircleCheck size={16} aria-hidden />
      <div>
        <p className="soft">{t('scheduler.inForce')}</p>
        <p>
          <strong>{preset ? t(`scheduler.preset.${preset}.name`) : t('scheduler.own')}</strong>{' '}
          {force.since === undefined
            ? t('scheduler.sinceStart')
            : t('scheduler.since', { time: formatClock(force.since - startTime) })}
        </p>
      </div>
    </section>
  );
}

/** Asked for when the typing pauses. */
function useFaults(text: string): readonly Fault[] {
  const [found, setFound] = useState<readonly Fault[]>(NONE);
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(
      () =>
        void ask('checkConfiguration', { text }).then((faults) => {
          if (isCurrent) setFound(faults ?? NONE);
        }),
      CHECK_AFTER_MS,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [text]);
  return found;
}
