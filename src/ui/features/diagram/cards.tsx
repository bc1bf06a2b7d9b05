/** Grounds, headings, Services and the tray of the stage. */
import { useStore as useFlow } from '@xyflow/react';
import { useTranslation } from 'react-i18next';
import { shorten } from '../../view/stage-names.ts';
import type { Ground, PoolHeading, ServiceCard, ServicesHeading, Tray } from '../../view/stage-types.ts';
import { Chip } from './Chip.tsx';
import { Face } from './Face.tsx';
import { pick, pointAt } from './picture.ts';

export function GroundView({ item: { title } }: { item: Ground }): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <div className={`face ground ${title}`}>
      <h2>{t(`stage.${title}`)}</h2>
      <span>{t(`stage.${title}Note`)}</span>
    </div>
  );
}

export function PoolHeadingView({ item }: { item: PoolHeading }): React.JSX.Element {
  const { t } = useTranslation();
  const zones = item.zones.map((zone) => zone.replace(/^.*-/, '')).join(', ');
  return (
    <div className="face heading">
      <h3>{item.name || t('stage.nodes')}</h3>
      {item.isContinued ? (
        <span>{t('stage.continued')}</span>
      ) : (
        <span>
          {[
            item.mode,
            item.vmSize.replace(/^Standard_/, ''),
            zones && t('stage.zones', { zones }),
            t('stage.readyNodes', { ready: item.ready, count: item.count }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      )}
    </div>
  );
}

export function ServicesHeadingView({ item: { count } }: { item: ServicesHeading }): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <div className="face heading">
      <h3>{t('stage.services')}</h3>
      <span>{count}</span>
    </div>
  );
}

export function ServiceCardView({ item }: { item: ServiceCard }): React.JSX.Element {
  const { t } = useTranslation();
  const length = useFlow((state) => Math.max(6, Math.floor((item.width * state.transform[2] - 76) / 7)));
  const label = `Service ${item.namespace}/${item.name}, ${item.type} ${item.address}, ${t('stage.endpoints', { ready: item.ready, total: item.total })}`;
  return (
    <Face id={item.id} className={`card service ${item.isMatch ? '' : 'unwanted'}`}>
      <button
        type="button"
        className="hit"
        data-stage-card
        aria-label={label}
        onClick={() => pick(item.id)}
        onPointerEnter={(event) => pointAt(item.id, event.currentTarget)}
        onPointerLeave={() => pointAt(undefined)}
      >
        <span className="title">
          <strong>{shorten(item.name, length)}</strong>
          <span className={`count ${item.ready === 0 ? 'warn' : ''}`}>{`${item.ready}/${item.total}`}</span>
        </span>
        <small>{`${item.type} ${item.address}`}</small>
      </button>
    </Face>
  );
}

export function TrayView({ item: { pods, podCount } }: { item: Tray }): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <Face id="tray" className={`card tray ${podCount > 0 ? 'is-waiting' : ''}`}>
      <span className="tray-title">
        {podCount === 0 ? t('stage.noneWaiting') : t('stage.waiting', { count: podCount })}
      </span>
      {pods.map((pod) => (
        <Chip key={pod.key} pod={pod} />
      ))}
      {podCount > pods.length ? <span className="more">{`+${podCount - pods.length}`}</span> : null}
    </Face>
  );
}
