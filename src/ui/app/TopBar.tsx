import { Languages, MoonStar, Share2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { ShareDialog } from '../features/share/ShareDialog.tsx';
import { simulation } from '../state/simulation.ts';
import { view } from '../state/view.ts';

export function TopBar(): React.JSX.Element {
  const { t } = useTranslation();
  const { language, theme } = useStore(view);
  const options = useStore(simulation, (state) => state.options);
  const [isSharing, setSharing] = useState(false);
  return (
    <header className="topbar">
      <h1 className="mark">
        <img src="./favicon.svg" alt="" width="22" height="22" />
        {t('app.title')}
      </h1>
      <span className="soft wide">
        {options ? `${options.clusterName} · ${options.region} · Kubernetes ${options.kubernetesVersion}` : ''}
      </span>
      <span className="spring" />
      <button
        type="button"
        className="button plain tool"
        onClick={() => view.setState({ language: language === 'ko' ? 'en' : 'ko' })}
        lang={language === 'ko' ? 'en' : 'ko'}
      >
        <Languages size={16} aria-hidden />
        {t('app.language')}
      </button>
      <button
        type="button"
        className="button plain icon tool"
        aria-label={t('app.theme')}
        title={t('app.theme')}
        onClick={() => view.setState({ theme: theme === 'dark' ? 'light' : 'dark' })}
      >
        <MoonStar size={16} aria-hidden />
      </button>
      <button type="button" className="button primary tool" onClick={() => setSharing(true)}>
        <Share2 size={16} aria-hidden />
        {t('app.share')}
      </button>
      {isSharing ? <ShareDialog close={() => setSharing(false)} /> : null}
    </header>
  );
}
