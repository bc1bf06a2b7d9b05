import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PanelImperativeHandle } from 'react-resizable-panels';
import { useStore } from 'zustand';
import { Pane, PaneHandle, SplitPane } from '../design/index.ts';
import { view, type ViewState } from '../state/view.ts';
import { useWindowClass } from '../state/window-class.ts';

type Place = keyof ViewState['sizes'];
const OPEN = { left: 'isLeftOpen', right: 'isRightOpen', drawer: 'isDrawerOpen' } as const;
/** Closed, the drawer keeps its row of tabs. */
const CLOSED_PX = { left: 0, right: 0, drawer: 40 };
const MIN_PX = { left: 280, right: 280, drawer: 96 };
const MAX_PX = { left: 640, right: 640, drawer: 480 };
/** The drawer grows to this when a terminal is opened in it. */
const TERMINAL_PX = 240;
/** The stage is never squeezed to less than this. */
const STAGE_PX = 320;

interface LayoutProps {
  readonly left: ReactNode;
  readonly stage: ReactNode;
  readonly right: ReactNode;
  readonly runBar: ReactNode;
  readonly drawer: ReactNode;
}

/** Side panels around the stage, the run bar, the drawer; one column with tabs in a narrow window. */
export function Layout(props: LayoutProps): React.JSX.Element {
  const room = useWindowClass();
  return room === 'narrow' ? <Column {...props} /> : <Panes {...props} />;
}

function Panes({ left, stage, right, runBar, drawer }: LayoutProps): React.JSX.Element {
  const { t } = useTranslation();
  return (
    <SplitPane id="rows" orientation="vertical">
      <Pane id="upper" min={240}>
        <div className="upper">
          <SplitPane id="columns" orientation="horizontal">
            <SidePane place="left">{left}</SidePane>
            <PaneHandle label={t('layout.resizeLeft')} />
            <Pane id="centre" min={STAGE_PX}>
              {stage}
            </Pane>
            <PaneHandle label={t('layout.resizeRight')} />
            <SidePane place="right">{right}</SidePane>
          </SplitPane>
        </div>
        {runBar}
      </Pane>
      <PaneHandle label={t('layout.resizeDrawer')} />
      <SidePane place="drawer">{drawer}</SidePane>
    </SplitPane>
  );
}

/** A pane that opens and closes, by its state or by being dragged shut, and remembers its size. */
function SidePane({ place, children }: { place: Place; children: ReactNode }): React.JSX.Element {
  const isOpen = useStore(view, (state) => state[OPEN[place]]);
  const handle = useRef<PanelImperativeHandle>(null);
  const start = useRef(isOpen ? view.getState().sizes[place] : CLOSED_PX[place]);
  useEffect(() => {
    const pane = handle.current;
    if (!pane) return;
    if (!isOpen) pane.collapse();
    else if (pane.isCollapsed()) pane.resize(view.getState().sizes[place]);
  }, [isOpen, place]);
  const needsHeight = useStore(
    view,
    (state) => place === 'drawer' && state.isDrawerOpen && state.drawer === 'terminal',
  );
  useEffect(() => {
    // A terminal of three lines is none; whoever wants it smaller drags it so.
    if (needsHeight && view.getState().sizes.drawer < TERMINAL_PX) handle.current?.resize(TERMINAL_PX);
  }, [needsHeight]);
  const onResize = (px: number): void => {
    const isShut = px <= CLOSED_PX[place];
    view.setState((state) => ({
      [OPEN[place]]: !isShut,
      sizes: isShut ? state.sizes : { ...state.sizes, [place]: px },
    }));
  };
  return (
    <Pane
      id={`pane-${place}`}
      size={start.current}
      min={MIN_PX[place]}
      max={MAX_PX[place]}
      shut={CLOSED_PX[place]}
      handle={handle}
      onResize={onResize}
    >
      <div className="pane" inert={!isOpen && CLOSED_PX[place] === 0}>
        {children}
      </div>
    </Pane>
  );
}

const PLACES = ['left', 'stage', 'right', 'events'] as const;

/** The phone: one thing at a time, and the run bar always in reach. */
function Column({ left, stage, right, runBar, drawer }: LayoutProps): React.JSX.Element {
  const { t } = useTranslation();
  const narrow = useStore(view, (state) => state.narrow);
  const place = { left, stage, right, events: drawer };
  return (
    <div className="column">
      <div className="upper">
        {/* The stage stays: its camera and its places are costly to find again. */}
        <div className="pane" hidden={narrow !== 'stage'}>
          {stage}
        </div>
        {narrow === 'stage' ? null : <div className="pane">{place[narrow]}</div>}
      </div>
      {runBar}
      <nav className="places" aria-label={t('layout.places')}>
        {PLACES.map((item) => (
          <button
            key={item}
            type="button"
            aria-current={item === narrow ? 'page' : undefined}
            onClick={() => view.setState({ narrow: item })}
          >
            {t(`layout.place.${item}`)}
          </button>
        ))}
      </nav>
    </div>
  );
}
