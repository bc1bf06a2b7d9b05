import { CircleCheck, CircleX, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { SegmentedControl } from '../../design/index.ts';
import { simulation } from '../../state/simulation.ts';
import { highlight } from '../../state/view.ts';
import { formatClock, formatSpan } from '../timeline/clock.ts';
import { meaningOf, type TracedRequest } from './request-model.ts';
import { Sequence } from './Sequence.tsx';

const SHOWN = 60;

type Whose = 'mine' | 'programs';

/** Requests, newest first; the chosen one is followed step by step beneath its line. */
export function Results({ requests }: { requests: readonly TracedRequest[] }): React.JSX.Element {
  const { t } = useTranslation();
  const startTime = useStore(simulation, (state) => state.startTime);
  const [whose, setWhose] = useState<Whose>('mine');
  const [chosen, setChosen] = useState<number | 'none'>();
  const own = requests.filter(({ isProgram }) => isProgram === (whose === 'programs'));
  const found = own.slice(-SHOWN).reverse();
  const open = chosen ?? found[0]?.id;
  return (
    <section className="results-list">
      <div className="row">
        <h3>{t('request.results')}</h3>
        <SegmentedControl<Whose>
          label={t('request.whose')}
          value={whose}
          options={[
            { value: 'mine', label: t('request.mine') },
            { value: 'programs', label: t('request.programs') },
          ]}
          onChange={(value) => {
            setWhose(value);
            setChosen(undefined);
          }}
        />
      </div>
      {found.length === 0 ? <p className="soft">{t(`request.none.${whose}`)}</p> : null}
      <ol className="requests">
        {found.map((request) => {
          const isOpen = request.id === open;
          const isBad = meaningOf(request) !== undefined;
          const { done } = request;
          return (
            <li key={request.id}>
              <button
                type="button"
                className="request-line"
                aria-expanded={isOpen}
                onClick={() => setChosen(isOpen ? 'none' : request.id)}
                onMouseEnter={() => highlight([`pods|${request.source}`])}
                onMouseLeave={() => highlight([])}
              >
                {!done ? (
                  <LoaderCircle size={16} className="soft" aria-label={t('request.underway')} />
                ) : isBad ? (
                  <CircleX size={16} className="problem" aria-label={t('events.problem')} />
                ) : (
                  <CircleCheck size={16} className="good" aria-label={t('request.answered')} />
                )}
                <span className="what">
                  <span className="mono">{request.url}</span>
                  <span className="soft">{request.source.split('/').at(-1)}</span>
                </span>
                <span className="outcome">
                  <strong className={isBad ? 'problem' : undefined}>
                    {done ? (done.data.status ?? t('request.failed')) : '…'}
                  </strong>
                  <span className="soft">
                    {done ? formatSpan(done.data.elapsedMs) : formatClock(request.first.time - startTime)}
                  </span>
                </span>
              </button>
              {isOpen ? <Sequence request={request} /> : null}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
