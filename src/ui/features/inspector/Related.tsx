import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Inspection } from '../../../run/types.ts';
import { Button } from '../../design/index.ts';
import { highlight, inspect } from '../../state/view.ts';
import { shortNode } from '../../view/names.ts';

const SHOWN = 8;
const ORDER = [
  'owner',
  'owned',
  'node',
  'component',
  'selector',
  'selected',
  'endpoint',
  'uses',
  'usedBy',
  'pod',
] as const;

/** Leads to another object or component, and lights it up on the stage meanwhile. */
export function KeyLink({ to, children }: { to: string; children: ReactNode }): React.JSX.Element {
  return (
    <button
      type="button"
      className="link key-link"
      onClick={() => {
        highlight([]);
        inspect(to);
      }}
      onMouseEnter={() => highlight([to])}
      onMouseLeave={() => highlight([])}
    >
      {children}
    </button>
  );
}

/** Owners and owned, node and pods, selectors and selected: links both ways, by what ties them. */
export function Related({ related }: { related: Inspection['related'] }): React.JSX.Element | null {
  const { t } = useTranslation();
  if (related.length === 0) return null;
  return (
    <section>
      <h3>{t('inspector.related')}</h3>
      <dl className="related">
        {ORDER.map((relation) => {
          const found = related.filter((item) => item.relation === relation);
          return found.length > 0 ? <Group key={relation} relation={relation} found={found} /> : null;
        })}
      </dl>
    </section>
  );
}

function Group({ relation, found }: { relation: string; found: Inspection['related'] }): React.JSX.Element {
  const { t } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  return (
    <>
      <dt>{t(`inspector.relation.${relation}`)}</dt>
      <dd>
        <ul>
          {(isWhole ? found : found.slice(0, SHOWN)).map((item) => (
            <li key={item.key}>
              <KeyLink to={item.key}>
                <span className="soft">{item.kind}</span> {shortNode(item.name)}
              </KeyLink>
            </li>
          ))}
        </ul>
        {found.length > SHOWN ? (
          <Button kind="plain" onClick={() => setWhole(!isWhole)}>
            {isWhole ? t('inspector.fewer') : t('inspector.all', { count: found.length })}
          </Button>
        ) : null}
      </dd>
    </>
  );
}
