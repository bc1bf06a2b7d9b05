import { StepBack, StepForward } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '../../design/index.ts';
import type { Point, Step } from './decision-model.ts';

/**
 * Extension points in a row, the plugins of the current one below; arrow keys go step by step. At either end the button
 * keeps the focus, so that the arrow keys lead back.
 */
export function Stepper({
  steps,
  at,
  go,
}: {
  steps: readonly Step[];
  at: number;
  go(index: number): void;
}): React.JSX.Element {
  const { t } = useTranslation();
  const step = steps[at]!;
  const points = [...new Set(steps.map(({ point }) => point))];
  const own = steps.flatMap((item, index) => (item.point === step.point ? [{ item, index }] : []));
  const move = (by: number): void => go(Math.min(steps.length - 1, Math.max(0, at + by)));
  const onKeyDown = (pressed: React.KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[pressed.key];
    if (by === undefined) return;
    pressed.preventDefault();
    move(by);
  };
  const starts = (point: Point): number => steps.findIndex((item) => item.point === point);
  return (
    <div className="stepper" role="group" aria-label={t('decision.steps')} onKeyDown={onKeyDown}>
      <div className="row">
        <IconButton
          label={t('decision.previous')}
          shortcut="←"
          icon={<StepBack size={14} aria-hidden />}
          aria-disabled={at === 0}
          onClick={() => move(-1)}
        />
        <p role="status">
          <strong>{t(`decision.point.${step.point}`)}</strong>
          {step.plugin ? ` · ${step.plugin}` : ''}
          <span className="soft">{` ${at + 1}/${steps.length}`}</span>
        </p>
        <IconButton
          label={t('decision.next')}
          shortcut="→"
          icon={<StepForward size={14} aria-hidden />}
          aria-disabled={at === steps.length - 1}
          onClick={() => move(1)}
        />
      </div>
      <ol className="points">
        {points.map((point) => (
          <li key={point} className={starts(point) < at && point !== step.point ? 'done' : undefined}>
            <button
              type="button"
              aria-current={point === step.point ? 'step' : undefined}
              onClick={() => go(starts(point))}
            >
              {t(`decision.point.${point}`)}
            </button>
          </li>
        ))}
      </ol>
      {own.length > 1 ? (
        <ol className="plugins">
          {own.map(({ item, index }) => (
            <li key={item.plugin}>
              <button
                type="button"
                className={item.isSkipped ? 'skipped' : undefined}
                aria-current={index === at ? 'step' : undefined}
                title={item.isSkipped ? t('decision.skipped') : undefined}
                onClick={() => go(index)}
              >
                {item.plugin}
              </button>
            </li>
          ))}
        </ol>
      ) : null}
    </div>
  );
}
