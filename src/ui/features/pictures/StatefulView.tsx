import type { StatefulSet } from 'kubernetes-types/apps/v1';
import { Database, HardDrive } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../design/index.ts';
import { shortNode } from '../../view/names.ts';
import { statefulPicture, type ClaimLink, type Ordinal, type StatefulPicture } from '../../view/stateful-picture.ts';
import { KeyLink } from '../inspector/Related.tsx';
import { CountsView } from './CountsView.tsx';
import type { PictureProps } from './ObjectPicture.tsx';

const SHOWN = 40;
const TONES = {
  ready: 'ok',
  starting: 'warn',
  waiting: 'warn',
  failed: 'failure',
  ending: 'warn',
  done: 'neutral',
} as const;

/** The ordinals of a StatefulSet in their row, each with its name, its state and the disks that it keeps. */
export function StatefulView(props: PictureProps<StatefulSet>): React.JSX.Element {
  const { t } = useTranslation();
  const { object, objects, isWide } = props;
  const picture = useMemo(() => statefulPicture(object, objects), [object, objects]);
  const { ordinals, isParallel, partition, isUpdating, isOnDelete } = picture;
  return (
    <>
      <p>
        {t(isParallel ? 'pictures.stateful.parallel' : 'pictures.stateful.ordered')}{' '}
        {t(isOnDelete ? 'pictures.stateful.onDelete' : 'pictures.stateful.rolling')}
        {partition > 0 ? ` ${t('pictures.stateful.partition', { partition })}` : ''}
      </p>
      <ol className={isWide ? 'ordinals wide' : 'ordinals'} tabIndex={0} aria-label={t('pictures.stateful.row')}>
        {ordinals.slice(0, SHOWN).map((ordinal) => (
          <OrdinalCard key={ordinal.ordinal} ordinal={ordinal} isUpdating={isUpdating} />
        ))}
      </ol>
      {ordinals.length > SHOWN ? (
        <p className="soft">{t('pictures.more', { count: ordinals.length - SHOWN })}</p>
      ) : null}
      <Survival picture={picture} />
      <CountsView {...props} />
    </>
  );
}

function OrdinalCard({ ordinal, isUpdating }: { ordinal: Ordinal; isUpdating: boolean }): React.JSX.Element {
  const { t } = useTranslation();
  const { pod, node, claims, isBeyond, isHeldBack, revision } = ordinal;
  return (
    <li className={`ordinal${isBeyond ? ' beyond' : ''}${pod ? '' : ' absent'}`}>
      <div className="row">
        <span className="number" aria-hidden>
          {ordinal.ordinal}
        </span>
        {pod ? (
          <Badge tone={TONES[pod.shape]}>{pod.word}</Badge>
        ) : (
          <Badge>{t(isBeyond ? 'pictures.stateful.gone' : 'pictures.stateful.notYet')}</Badge>
        )}
      </div>
      {pod ? <KeyLink to={pod.key}>{ordinal.name}</KeyLink> : <span>{ordinal.name}</span>}
      <span className="mono soft dns">{ordinal.dns}</span>
      {node ? <KeyLink to={`nodes|${node}`}>{shortNode(node)}</KeyLink> : null}
      {isUpdating && revision ? (
        <span className={revision === 'update' ? 'revision new' : 'revision'}>
          {t(revision === 'update' ? 'pictures.stateful.newRevision' : 'pictures.stateful.oldRevision')}
          {isHeldBack && revision === 'current' ? ` ${t('pictures.stateful.heldBack')}` : ''}
        </span>
      ) : null}
      {claims.map((claim) => (
        <Claim key={claim.key} claim={claim} />
      ))}
    </li>
  );
}

function Claim({ claim }: { claim: ClaimLink }): React.JSX.Element {
  const { t } = useTranslation();
  const { volumeKey, volume, disk, zone } = claim;
  return (
    <div className="claim">
      <span className="row">
        <HardDrive size={13} aria-hidden /> <KeyLink to={claim.key}>{claim.name}</KeyLink>
      </span>
      <span className="soft">{`${claim.phase} ${claim.size}`}</span>
      {volumeKey ? (
        <>
          <span className="row">
            <Database size={13} aria-hidden /> <KeyLink to={volumeKey}>{disk ?? volume}</KeyLink>
          </span>
          {zone ? <span className="soft">{t('pictures.stateful.zone', { zone })}</span> : null}
        </>
      ) : null}
    </div>
  );
}

function Survival({ picture }: { picture: StatefulPicture }): React.JSX.Element | null {
  const { t } = useTranslation();
  const { hasClaims, whenDeleted, whenScaled, ordinals } = picture;
  if (!hasClaims) return <p className="soft">{t('pictures.stateful.noClaims')}</p>;
  const reclaims = new Set(ordinals.flatMap(({ claims }) => claims.map(({ reclaim }) => reclaim)));
  const left = ordinals.filter(({ isBeyond, claims, pod }) => isBeyond && claims.length > 0 && !pod).length;
  return (
    <div className="verdict">
      <p>
        <strong>{t('pictures.stateful.survives')}</strong>{' '}
        {t(whenDeleted === 'Delete' ? 'pictures.stateful.deletedToo' : 'pictures.stateful.deletedKept')}{' '}
        {t(whenScaled === 'Delete' ? 'pictures.stateful.scaledToo' : 'pictures.stateful.scaledKept')}{' '}
        {reclaims.has('Delete') ? t('pictures.stateful.reclaimed') : ''}
      </p>
      {left > 0 ? <p>{t('pictures.stateful.left', { count: left })}</p> : null}
    </div>
  );
}
