import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Deviation, SupportedCommand, SupportedKind, SupportPage } from '../../../run/support-page.ts';
import { Badge, Button, EmptyState, Modal, SearchField, SegmentedControl, Select } from '../../design/index.ts';
import { closeDialog, dialogs } from '../../state/dialogs.ts';
import { view } from '../../state/view.ts';
import { countOf, EVERYTHING, found, SECTIONS, VERBS, type Filter, type Section } from './support-model.ts';
import './support.css';

const BEHAVIOURS = ['all', 'simulated', 'stored'] as const;

/** What of Kubernetes is served, what acts on it, and where it is deliberately otherwise. */
export function SupportDialog(): React.JSX.Element {
  const { t } = useTranslation();
  const [section, setSection] = useState<Section>('kinds');
  const [filter, setFilter] = useState<Filter>(() => ({ ...EVERYTHING, text: dialogs.getState().subject }));
  const shown = useMemo(() => found(filter), [filter]);
  const count = countOf(shown, section);
  return (
    <Modal isWide title={t('support.title')} close={closeDialog}>
      <div className="support">
        <div className="filters">
          <SearchField
            label={t('support.search')}
            value={filter.text}
            onChange={(text) => setFilter({ ...filter, text })}
          />
          <SegmentedControl<Section>
            label={t('support.section')}
            value={section}
            options={SECTIONS.map((value) => ({
              value,
              label: (
                <>
                  {t(`support.sections.${value}`)} <span className="soft">{countOf(shown, value)}</span>
                </>
              ),
            }))}
            onChange={setSection}
          />
        </div>
        {section === 'kinds' ? <KindFilters filter={filter} setFilter={setFilter} /> : null}
        <p role="status" className="visually-hidden">
          {t('support.count', { count })}
        </p>
        <div className="scroll" tabIndex={0} role="region" aria-label={t(`support.sections.${section}`)}>
          {count === 0 ? (
            <EmptyState action={<Button onClick={() => setFilter(EVERYTHING)}>{t('support.clear')}</Button>}>
              {t('support.none')}
            </EmptyState>
          ) : (
            <Part section={section} page={shown} />
          )}
        </div>
      </div>
    </Modal>
  );
}

function KindFilters({ filter, setFilter }: { filter: Filter; setFilter(filter: Filter): void }): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <div className="filters">
      <Select
        label={t('support.behaviourOf')}
        prefix={t('support.behaviourOf')}
        value={filter.behaviour}
        options={BEHAVIOURS.map((value) => ({ value, label: t(`support.behaviour.${value}`) }))}
        onChange={(behaviour) => setFilter({ ...filter, behaviour })}
      />
      <Select
        label={t('support.verb')}
        prefix={t('support.verb')}
        value={filter.verb}
        options={['', ...VERBS].map((value) => ({ value, label: value || t('support.anyVerb') }))}
        onChange={(verb) => setFilter({ ...filter, verb })}
      />
    </div>
  );
}

function Part({ section, page }: { section: Section; page: SupportPage }): React.JSX.Element {
  switch (section) {
    case 'kinds':
      return (
        <ul className="support-rows">
          {page.kinds.map((kind) => (
            <Kind key={kind.resource} kind={kind} />
          ))}
        </ul>
      );
    case 'kubectl':
      return (
        <ul className="support-rows">
          {page.kubectl.map((command) => (
            <Command key={command.name} command={command} />
          ))}
        </ul>
      );
    case 'shell':
      return <Shell page={page} />;
    case 'deviations':
      return (
        <ul className="support-rows">
          {page.deviations.map((deviation) => (
            <Difference key={deviation.id} deviation={deviation} />
          ))}
        </ul>
      );
  }
}

function Kind({ kind }: { kind: SupportedKind }): React.JSX.Element {
  const { t } = useTranslation();
  const language = useStore(view, (state) => state.language);
  const { support, verbs, subresources, actors, limits } = kind;
  return (
    <li>
      <div>
        <h3>{kind.kind}</h3>
        <span className="soft mono">{kind.apiVersion}</span>
      </div>
      <div>
        <Badge tone={support === 'simulated' ? 'ok' : 'neutral'}>{t(`support.behaviour.${support}`)}</Badge>
      </div>
      <div className="said">
        {limits ? <p>{limits[language]}</p> : null}
        <dl>
          {actors.length > 0 ? (
            <>
              <dt>{t('support.actors')}</dt>
              <dd>{actors.join(', ')}</dd>
            </>
          ) : null}
          <dt>{t('support.verbs')}</dt>
          <dd className="served">
            <span>{verbs.length === VERBS.length ? t('support.allVerbs') : verbs.join(', ')}</span>
            {subresources.map((name) => (
              <code key={name}>/{name}</code>
            ))}
          </dd>
        </dl>
      </div>
    </li>
  );
}

function Command({ command: { name, parts, refusal } }: { command: SupportedCommand }): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <li className="plain">
      <h3 className="mono">{name}</h3>
      <div className="said">
        {refusal ? (
          <p>
            <Badge tone="warn">{t('support.refused')}</Badge> {refusal}
          </p>
        ) : null}
        <Names names={parts} />
      </div>
    </li>
  );
}

function Shell({ page }: { page: SupportPage }): React.JSX.Element {
  const { t } = useTranslation();
  const groups = [
    ['container', page.shell],
    ['terminal', page.terminal],
    ['pretended', page.pretended],
  ] as const;
  return (
    <div className="support-groups">
      {groups
        .filter(([, names]) => names.length > 0)
        .map(([key, names]) => (
          <section key={key}>
            <h3>{t(`support.${key}`)}</h3>
            <Names names={names} />
          </section>
        ))}
    </div>
  );
}

function Names({ names }: { names: readonly string[] }): React.JSX.Element | null {
  if (names.length === 0) return null;
  return (
    <ul className="names">
      {names.map((name) => (
        <li key={name}>
          <code>{name}</code>
        </li>
      ))}
    </ul>
  );
}

function Difference({ deviation: { subject, here, why } }: { deviation: Deviation }): React.JSX.Element {
  const { t } = useTranslation();
  const language = useStore(view, (state) => state.language);
  return (
    <li className="plain">
      <h3>{subject[language]}</h3>
      <div className="said">
        <p>{here[language]}</p>
        <dl>
          <dt>{t('support.why')}</dt>
          <dd>{why[language]}</dd>
        </dl>
      </div>
    </li>
  );
}
