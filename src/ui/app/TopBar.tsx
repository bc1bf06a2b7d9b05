import { Languages, Monitor, Moon, PanelBottom, PanelLeft, PanelRight, Search, Share2, Sun } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { Button, IconButton, Menu } from '../design/index.ts';
import { openDialog } from '../state/dialogs.ts';
import { toggleDrawer, toggleLeft, toggleRight, view, type Theme } from '../state/view.ts';
import { SEARCH_CAP } from './keyboard.ts';
import { RunMenu } from './RunMenu.tsx';

const THEMES: readonly Theme[] = ['light', 'dark', 'system'];
const THEME_ICON = { light: Sun, dark: Moon, system: Monitor };

export function TopBar(): React.JSX.Element {
  const { t } = useTranslation();
  const language = useStore(view, (state) => state.language);
  return (
    <header className="topbar">
      <h1 className="mark">
        <img src="./favicon.svg" alt="" width="22" height="22" />
        <span>{t('app.title')}</span>
      </h1>
      <RunMenu />
      <span className="spring" />
      <button
        type="button"
        className="button search"
        aria-label={t('palette.title')}
        onClick={() => openDialog('palette')}
      >
        <Search size={14} aria-hidden />
        <span className="when-wide">{t('palette.title')}</span>
        <kbd className="when-wide">{SEARCH_CAP}</kbd>
      </button>
      <PanelToggles />
      <Button
        kind="plain"
        onClick={() => view.setState({ language: language === 'ko' ? 'en' : 'ko' })}
        lang={language === 'ko' ? 'en' : 'ko'}
      >
        <Languages size={16} aria-hidden />
        <span>{t('app.language')}</span>
      </Button>
      <ThemeMenu />
      <Button kind="primary" aria-label={t('app.share')} data-guide-target="share" onClick={() => openDialog('share')}>
        <Share2 size={16} aria-hidden />
        <span className="when-roomy">{t('app.share')}</span>
      </Button>
    </header>
  );
}

function PanelToggles(): React.JSX.Element {
  const { t } = useTranslation();
  const isLeftOpen = useStore(view, (state) => state.isLeftOpen);
  const isRightOpen = useStore(view, (state) => state.isRightOpen);
  const isDrawerOpen = useStore(view, (state) => state.isDrawerOpen);
  return (
    <div className="toggles when-roomy">
      <IconButton
        label={t('layout.left')}
        icon={<PanelLeft size={16} aria-hidden />}
        aria-pressed={isLeftOpen}
        onClick={toggleLeft}
      />
      <IconButton
        label={t('layout.drawer')}
        icon={<PanelBottom size={16} aria-hidden />}
        aria-pressed={isDrawerOpen}
        onClick={toggleDrawer}
      />
      <IconButton
        label={t('layout.right')}
        icon={<PanelRight size={16} aria-hidden />}
        aria-pressed={isRightOpen}
        onClick={toggleRight}
      />
    </div>
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
        <button type="button" className="button plain icon" aria-label={t('app.theme')}>
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
