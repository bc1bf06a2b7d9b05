/** A pod on its node: the colour of its application, a sign for how it is, and a number when there is one to tell. */
import { useStore as useFlow } from '@xyflow/react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import type { PodChip } from '../../view/stage-types.ts';
import { useIsVictim, useStanding } from './Face.tsx';
import { pick, pointAt } from './picture.ts';
import { PodContainers } from './PodContainers.tsx';
import { stepOf } from './zoom.ts';

/** Each state has a form of its own, so that it is told without colour. */
const SIGNS: Readonly<Record<PodChip['health']['shape'], string>> = {
  ready: 'M2 6.5 5 9.5 10 3',
  starting: 'M6 2a4 4 0 1 0 4 4',
  waiting: 'M3 6h6',
  failed: 'M3 3l6 6M9 3l-6 6',
  ending: 'M6 2v6M3.5 6 6 8.5 8.500 6M3 11h6',
  done: 'M2.500 2.500h7v7h-7z',
};

export const Chip = memo(ChipView, (left, right) => isSame(left.pod, right.pod));

function ChipView({ pod }: { pod: PodChip }): React.JSX.Element {
  const { t } = useTranslation();
  const standing = useStanding(pod.key, `deployments.apps|${pod.namespace}/${pod.application}`);
  const isVictim = useIsVictim(pod.key);
  const isOpen = useFlow((state) => stepOf(state.transform[2], 248) === 'pod' && pod.width * state.transform[2] > 88);
  const isRoomy = useFlow((state) => pod.width * state.transform[2] >= 24);
  const isTiny = useFlow((state) => pod.width * state.transform[2] < 19);
  if (!pod.isMatch) return <span className="chip unwanted" style={placeOf(pod)} aria-hidden />;
  const note = pod.revision ? `r${pod.revision.number}` : '';
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`chip ${pod.health.shape} ${pod.revision?.isOld ? 'is-old' : ''} ${isVictim ? 'victim' : ''} ${isOpen ? 'is-open' : isTiny ? 'is-tiny' : ''} ${standing}`}
      style={placeOf(pod)}
      data-stage-card
      aria-label={isVictim ? `${labelOf(t, pod)}, ${t('stage.victim')}` : labelOf(t, pod)}
      onClick={() => pick(pod.key)}
      onPointerEnter={(event) => pointAt(pod.key, event.currentTarget)}
      onPointerLeave={() => pointAt(undefined)}
      onFocus={(event) =>
        event.currentTarget.matches(':focus-visible') ? pointAt(pod.key, event.currentTarget) : undefined
      }
      onBlur={() => pointAt(undefined)}
    >
      {isTiny ? null : (
        <svg className="sign" viewBox="0 0 12 12" aria-hidden>
          <path d={SIGNS[pod.health.shape]} />
        </svg>
      )}
      {isOpen ? (
        <PodContainers pod={pod} />
      ) : isRoomy && (pod.restarts > 0 || note) ? (
        <span className={pod.restarts > 0 ? 'restarts' : 'revision'}>{pod.restarts > 0 ? pod.restarts : note}</span>
      ) : null}
    </button>
  );
}

const placeOf = (pod: PodChip): React.CSSProperties =>
  ({
    '--x': pod.x,
    '--y': pod.y,
    '--w': pod.width,
    '--h': pod.height,
    '--colour': `var(--data-${pod.colour})`,
  }) as React.CSSProperties;

export function labelOf(t: TFunction, pod: PodChip): string {
  return [
    `${pod.namespace}/${pod.name}`,
    pod.health.word,
    pod.restarts > 0 ? t('stage.restarts', { count: pod.restarts }) : '',
    pod.revision
      ? t(pod.revision.isOld ? 'stage.revisionOld' : 'stage.revisionNew', { number: pod.revision.number })
      : '',
  ]
    .filter(Boolean)
    .join(', ');
}

function isSame(left: PodChip, right: PodChip): boolean {
  return (
    left === right ||
    (left.key === right.key &&
      left.x === right.x &&
      left.y === right.y &&
      left.width === right.width &&
      left.restarts === right.restarts &&
      left.isMatch === right.isMatch &&
      left.colour === right.colour &&
      left.health.word === right.health.word &&
      left.health.shape === right.health.shape &&
      left.revision?.number === right.revision?.number &&
      left.revision?.isOld === right.revision?.isOld)
  );
}
