/** What travels, by kind: each entry switches its kind on and off. On a narrow stage it opens from one button. */
import { Shapes } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Button, Popover } from '../../design/index.ts';
import { view } from '../../state/view.ts';
import { PACKET_KINDS, type PacketKind } from '../../view/packets.ts';
import { PACKET_SHAPES } from './packet-shapes.ts';

export function Legend({ isFolded }: { isFolded: boolean }): React.JSX.Element {
  const { t } = useTranslation();
  if (!isFolded) {
    return (
      <>
        <HeatLegend isFolded={isFolded} />
        <Entries className="legend" />
      </>
    );
  }
  return (
    <>
      <HeatLegend isFolded={isFolded} />
      <div className="legend">
        <Popover
          label={t('stage.legend')}
          side="top"
          trigger={
            <Button kind="plain">
              <Shapes size={14} aria-hidden />
              {t('stage.legend')}
            </Button>
          }
        >
          <Entries className="legend-list" />
        </Popover>
      </div>
    </>
  );
}

/** What the numbers on the nodes are, while a panel puts them there. */
function HeatLegend({ isFolded }: { isFolded: boolean }): React.JSX.Element | null {
  const { t } = useTranslation();
  const heat = useStore(view, (state) => state.heat);
  if (!heat) return null;
  return (
    <div className={isFolded ? 'heat-legend is-folded' : 'heat-legend'} role="note">
      <strong>
        {t(`stage.heat.${heat.kind}`, { title: heat.title === 'Total' ? t('decision.total') : heat.title })}
      </strong>
      {heat.kind === 'score' ? (
        <span>
          <i className="heat-scale" aria-hidden /> {t('stage.heat.scale')}
        </span>
      ) : null}
      {heat.rejected.length > 0 ? (
        <span>
          <b className="heat rejected" aria-hidden>
            ×
          </b>{' '}
          {t('stage.heat.rejected')}
        </span>
      ) : null}
    </div>
  );
}

function Entries({ className }: { className: string }): React.JSX.Element {
  const { t } = useTranslation();
  const hidden = useStore(view, (state) => state.hiddenPackets);
  return (
    <div className={className} role="group" aria-label={t('stage.legend')}>
      {PACKET_KINDS.map((kind) => {
        const isHidden = hidden.includes(kind);
        return (
          <button
            key={kind}
            type="button"
            className="legend-entry"
            aria-pressed={!isHidden}
            onClick={() =>
              view.setState({ hiddenPackets: isHidden ? hidden.filter((item) => item !== kind) : [...hidden, kind] })
            }
          >
            <PacketSign kind={kind} />
            {t(`packet.${kind}`)}
          </button>
        );
      })}
    </div>
  );
}

function PacketSign({ kind }: { kind: PacketKind }): React.JSX.Element {
  const { path, isHollow } = PACKET_SHAPES[kind];
  const colour = `var(--packet-${kind})`;
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden>
      <path d={path} fill={isHollow ? 'none' : colour} stroke={colour} strokeWidth={isHollow ? 2 : 0} />
    </svg>
  );
}
