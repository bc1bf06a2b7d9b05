import { Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Comparison } from '../../../run/types.ts';
import { highlight } from '../../state/view.ts';
import { shortNode } from '../../view/names.ts';
import { SearchField } from '../../design/index.ts';
import { SideTable } from './SideTable.tsx';

const SHOWN = 200;
const SEARCHED_ABOVE = 12;

/** Pod by pod, what the two put elsewhere. */
export function MovedPods({
  comparison: { left, right, moved },
  names,
}: {
  comparison: Comparison;
  names: readonly [string, string];
}): React.JSX.Element {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const found = moved.filter((key) =>
    `${key} ${left.pods[key]?.node ?? ''} ${right.pods[key]?.node ?? ''}`.toLowerCase().includes(wanted),
  );
  const all = Object.keys(left.pods).length;
  return (
    <section className="moved">
      <div className="row">
        <h3>{t('scheduler.moved', { count: moved.length, all })}</h3>
        <span className="spring" />
        {moved.length > SEARCHED_ABOVE ? (
          <label className="search">
            <Search size={14} aria-hidden />
            <SearchField label={t('scheduler.searchPods')} value={text} onChange={setText} />
          </label>
        ) : null}
      </div>
      {moved.length === 0 ? <p>{t('scheduler.samePlaces')}</p> : null}
      {found.length > 0 ? (
        <SideTable label={t('scheduler.moved', { count: moved.length, all })} subject="Pod" names={names}>
          {found.slice(0, SHOWN).map((key) => (
            <tr key={key} onMouseEnter={() => highlight([`pods|${key}`])} onMouseLeave={() => highlight([])}>
              <th scope="row">{key.replace(/^default\//, '')}</th>
              <td>
                <Place place={left.pods[key]} />
              </td>
              <td>
                <Place place={right.pods[key]} />
              </td>
            </tr>
          ))}
        </SideTable>
      ) : null}
      {found.length > SHOWN ? (
        <p className="soft">{t('decision.newest', { count: SHOWN, all: found.length })}</p>
      ) : null}
    </section>
  );
}

function Place({ place }: { place: Comparison['left']['pods'][string] | undefined }): React.JSX.Element {
  const { t } = useTranslation();
  if (place?.node !== undefined) return <span title={place.node}>{shortNode(place.node)}</span>;
  return (
    <span className="problem" title={place?.message}>
      {t('scheduler.staysPending')}
    </span>
  );
}
