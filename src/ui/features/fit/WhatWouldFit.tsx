import { Lightbulb } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pod } from 'kubernetes-types/core/v1';
import { useStore } from 'zustand';
import type { Stored } from '../../../sim/api/object.ts';
import { Button } from '../../design/index.ts';
import { simulation } from '../../state/simulation.ts';
import { partsOfKey } from '../../view/names.ts';
import { fitStore, searchFit } from './fit-store.ts';

const FitList = lazy(async () => ({ default: (await import('./FitList.tsx')).FitList }));

/** Whether a record key is that of a pod that waits for a node; one that is nominated has its room coming. */
function useIsWaiting(key: string | undefined): boolean {
  return useStore(simulation, ({ objects }) => {
    const object = key === undefined ? undefined : (objects.get(key) as Stored<Pod> | undefined);
    return (
      object?.kind === 'Pod' &&
      !object.spec?.nodeName &&
      !object.metadata.deletionTimestamp &&
      !object.status?.nominatedNodeName
    );
  });
}

/** Beneath what is said of a pod that waits: one press searches for what would make it fit. */
export function WhatWouldFit({ pod }: { pod: string | undefined }): React.JSX.Element | null {
  const { t } = useTranslation();
  const isWaiting = useIsWaiting(pod);
  const isAsked = useStore(fitStore, (state) => state.pod === pod);
  const [isOpen, setOpen] = useState(isAsked);
  const parts = pod === undefined ? undefined : partsOfKey(pod);
  if (!parts || !(isWaiting || isAsked)) return null;
  if (isOpen || isAsked) {
    return (
      <Suspense fallback={<p className="soft">{t('inspector.loading')}</p>}>
        <FitList namespace={parts.namespace} name={parts.name} />
      </Suspense>
    );
  }
  return (
    <div className="row">
      <Button
        kind="primary"
        onClick={() => {
          setOpen(true);
          void searchFit(parts.namespace, parts.name);
        }}
      >
        <Lightbulb size={14} aria-hidden /> {t('fit.title')}
      </Button>
    </div>
  );
}
