import { CalendarClock, CircleHelp, MousePointerClick, SlidersHorizontal } from 'lucide-react';
import type { Pod } from 'kubernetes-types/core/v1';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Inspection } from '../../../run/types.ts';
import type { Stored } from '../../../sim/api/object.ts';
import { Badge, Button, EmptyState } from '../../design/index.ts';
import { openDialog } from '../../state/dialogs.ts';
import { ask } from '../../state/session.ts';
import { simulation } from '../../state/simulation.ts';
import { showRight, view } from '../../state/view.ts';
import { componentName, say } from '../../view/names.ts';
import { WhatWouldFit } from '../fit/WhatWouldFit.tsx';
import { Containers } from './Containers.tsx';
import { ageText, factsOf, standingOf } from './facts.ts';
import { KeyLink, Related } from './Related.tsx';
import { Life } from './Life.tsx';
import { Conditions, KubeEvents, Recent } from './Reports.tsx';
import { YamlView } from './YamlView.tsx';
import './inspector.css';

const ObjectPicture = lazy(async () => ({
  default: (await import('../pictures/ObjectPicture.tsx')).ObjectPicture,
}));

const REFRESH_MS = 400;

/** Anything that was selected: what it is, how it lives, what it belongs to, and what was said about it. */
export function InspectorPanel(): React.JSX.Element {
  const { t } = useTranslation();
  const selected = useStore(view, (state) => state.selected);
  const found = useInspection(selected);
  if (!selected)
    return <EmptyState icon={<MousePointerClick size={20} aria-hidden />}>{t('inspector.empty')}</EmptyState>;
  if (found?.key !== selected) return <EmptyState>{t('inspector.loading')}</EmptyState>;
  return (
    <div className="content inspector" tabIndex={0} key={selected}>
      {found.object ? <ObjectHead found={found} object={found.object} /> : <ComponentHead found={found} />}
      <WhatWouldFit pod={selected} />
      {found.object ? (
        <Suspense fallback={null}>
          <ObjectPicture id={selected} object={found.object} />
        </Suspense>
      ) : null}
      {found.lives.map((life) => (
        <Life key={life.instance} life={life} />
      ))}
      {found.object?.kind === 'Pod' ? <Containers pod={found.object as Stored<Pod>} logs={found.logs} /> : null}
      {found.object ? <Conditions object={found.object} /> : null}
      {found.object ? <KubeEvents events={found.events} /> : null}
      <Related related={found.related} />
      <Recent trace={found.trace} />
      {found.yaml ? <YamlView yaml={found.yaml} /> : null}
    </div>
  );
}

/** Asked for anew while the simulation moves, but not for every frame. */
function useInspection(selected: string | undefined): Inspection | undefined {
  const beat = useStore(simulation, (state) => `${state.epoch}/${Math.floor(state.seq / 20)}/${state.isPlaying}`);
  const [found, setFound] = useState<Inspection>();
  const isSame = found?.key === selected;
  useEffect(() => {
    if (!selected) return;
    const timer = setTimeout(() => void ask('inspect', { key: selected }).then(setFound), isSame ? REFRESH_MS : 0);
    return () => clearTimeout(timer);
  }, [selected, beat, isSame]);
  return found;
}

function ObjectHead({ found, object }: { found: Inspection; object: Stored }): React.JSX.Element {
  const { t } = useTranslation();
  const standing = standingOf(object);
  const now = useStore(simulation, ({ epochMs, time }) => epochMs + time);
  const created = Date.parse(object.metadata.creationTimestamp as unknown as string);
  return (
    <header className="inspector-head">
      <div className="row">
        <Badge>{object.kind}</Badge>
        {object.metadata.namespace ? <span className="soft">{object.metadata.namespace}</span> : null}
        {standing ? <Badge tone={standing.tone}>{standing.word}</Badge> : null}
        {found.isStoredOnly ? (
          <button type="button" className="link" onClick={() => openDialog('support', object.kind)}>
            {t('support.behaviour.stored')}
          </button>
        ) : null}
      </div>
      <h2>
        <span className="visually-hidden">{`${object.kind} `}</span>
        {object.metadata.name}
      </h2>
      <Actions found={found} />
      <dl className="facts">
        {Number.isNaN(created) ? null : (
          <>
            <dt>{t('inspector.fact.age')}</dt>
            <dd>{ageText(now - created)}</dd>
          </>
        )}
        {found.related
          .filter(({ relation }) => relation === 'owner')
          .map((owner) => (
            <FactRow key={owner.key} name="owner">
              <KeyLink to={owner.key}>{`${owner.kind} ${owner.name}`}</KeyLink>
            </FactRow>
          ))}
        {factsOf(object).map(({ name, value, link, isCode }) => (
          <FactRow key={name} name={name}>
            {link ? <KeyLink to={link}>{value}</KeyLink> : <span className={isCode ? 'mono' : undefined}>{value}</span>}
          </FactRow>
        ))}
      </dl>
      {object.metadata.annotations?.['kubernetes.io/config.mirror'] === undefined ? null : (
        <p className="soft">{t('inspector.mirror')}</p>
      )}
    </header>
  );
}

function FactRow({ name, children }: { name: string; children: React.ReactNode }): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <>
      <dt>{t(`inspector.fact.${name}`)}</dt>
      <dd>{children}</dd>
    </>
  );
}

function ComponentHead({ found }: { found: Inspection }): React.JSX.Element {
  const { t } = useTranslation();
  const { key } = found;
  const isGone = key.includes('|');
  // A port of a node goes by its last word; a client by its whole key, so that each says what it is.
  const kind = key.startsWith('node/') ? key.split('/').at(-1)! : key.startsWith('client/') ? key : key.split('/')[0]!;
  return (
    <header className="inspector-head">
      <h2>{isGone ? key.split('|').at(-1) : say(t, componentName(key))}</h2>
      <p>{isGone ? t('inspector.gone') : t(`inspector.about.${kind}`, { defaultValue: '' })}</p>
      <Actions found={found} />
    </header>
  );
}

function Actions({ found }: { found: Inspection }): React.JSX.Element {
  const { t } = useTranslation();
  const decision = found.decisions.at(-1);
  return (
    <div className="row">
      <Button onClick={() => showRight('why', { whySeq: undefined })}>
        <CircleHelp size={14} aria-hidden /> {t('inspector.why')}
      </Button>
      {decision ? (
        <Button onClick={() => showRight('decision', { attempt: decision.attempt })}>
          <CalendarClock size={14} aria-hidden /> {t('tabs.decision')}
        </Button>
      ) : null}
      {found.key === 'kube-scheduler' ? (
        <Button onClick={() => openDialog('scheduler')}>
          <SlidersHorizontal size={14} aria-hidden /> {t('scheduler.open')}
        </Button>
      ) : null}
    </div>
  );
}
