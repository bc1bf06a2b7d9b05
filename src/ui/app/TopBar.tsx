import { Languages, Monitor, Moon, PanelBottom, PanelLeft, PanelRight, Share2, Sun } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Button, IconButton, Menu } from '../design/index.ts';
import { ShareDialog } from '../features/share/ShareDialog.tsx';
import { simulation } from '../state/simulation.ts';
import { toggleDrawer, toggleLeft, toggleRight, view, type Theme } from '../state/view.ts';

const THEMES: readonly Theme[] = ['light', 'dark', 'system'];
const THEME_ICON = { light: Sun, dark: Moon, system: Monitor };

export function TopBar(): React.JSX.Element {
  const { t } = useTranslation();
  const { language, isLeftOpen, isRightOpen, isDrawerOpen } = useStore(view);
  const options = useStore(simulation, (state) => state.options);
  const [isSharing, setSharing] = useState(false);
  return (
    <header className="topbar">
      <h1 className="mark">
        <img src="./favicon.svg" alt="" width="22" height="22" />
        {t('app.title')}
      </h1>
      <span className="soft when-wide">
        {options ? `${options.clusterName} · ${options.region} · Kubernetes ${options.kubernetesVersion}` : ''}
      </span>
      <span className="spring" />
      <IconButton
        className="tool when-roomy"
        label={t('layout.left')}
        icon={<PanelLeft size={16} aria-hidden />}
        aria-pressed={isLeftOpen}
        onClick={toggleLeft}
      />
      <IconButton
        className="tool when-roomy"
        label={t('layout.drawer')}
        icon={<PanelBottom size={16} aria-hidden />}
        aria-pressed={isDrawerOpen}
        onClick={toggleDrawer}
      />
      <IconButton
        className="tool when-roomy"
        label={t('layout.right')}
        icon={<PanelRight size={16} aria-hidden />}
        aria-pressed={isRightOpen}
        onClick={toggleRight}
      />
      <Button
        kind="plain"
        className="tool"
        onClick={() => view.setState({ language: language === 'ko' ? 'en' : 'ko' })}
        lang={language === 'ko' ? 'en' : 'ko'}
      >
        <Languages size={16} aria-hidden />
        {t('app.language')}
      </Button>
      <ThemeMenu />
      <Button kind="primary" className="tool" onClick={() => setSharing(true)}>
        <Share2 size={16} aria-hidden />
        {t('app.share')}
      </Button>
      {isSharing ? <ShareDialog close={() => setSharing(false)} /> : null}
    </header>
  );
}

function ThemeMenu(): React.JSX.Element {
  const { t } = useTranslation();
  const { theme } = useStore(view);
  const Icon = THEME_ICON[theme];
  return (
    <Menu
      align="end"
      trigger={
        <button type="button" className="button plain icon tool" aria-label={t('app.theme')}>
          <Icon size={16} aria-hidden />
        </button>
      }
      groups={[
        THEMES.map((value) => ({
          id: value,
          label: t(`app.themes.${value}`),
          isChecked: value === theme,
          pick: () => view.setState({ theme: value }),
        })),
      ]}
    />
  );
}
