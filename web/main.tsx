// The page: who is asked in, what is shown, and the frame around it.
import { type ComponentChildren, render } from 'preact';
import { useEffect } from 'preact/hooks';
import { ConfirmDialog } from './parts/confirm.tsx';
import { AddPrinter } from './pages/add-printer.tsx';
import { LogIn, SetUp } from './pages/door.tsx';
import { Jobs } from './pages/jobs.tsx';
import { Overview } from './pages/overview.tsx';
import { Pair } from './pages/pair.tsx';
import { Printer } from './pages/printer.tsx';
import { System } from './pages/system.tsx';
import { Users } from './pages/users.tsx';
import { type RouteName, routeOf, type RouteRow, routes } from './routes.ts';
import { connected, follow } from './state/live.ts';
import { followPair } from './state/pair.ts';
import { followAddress, hrefOf, route } from './state/route.ts';
import { findSession, isAdministrator, logOut, session } from './state/session.ts';
import { attempt, told } from './state/told.ts';
import { chooseLanguage, isLanguage, language, languageNames, t } from './text.ts';

const retryMs = 3_000;

/** What each row of the table shows; its parts of the address that stand for something are given. */
const pages: Readonly<Record<RouteName, (second: string) => ComponentChildren>> = {
  overview: () => <Overview />,
  jobs: () => <Jobs />,
  printer: (id) => <Printer key={id} id={id} />,
  add: () => <AddPrinter />,
  pair: () => <Pair />,
  users: () => <Users />,
  system: () => <System />,
};

function isOpen({ who }: Pick<RouteRow, 'who'>): boolean {
  return who === 'everyone' || isAdministrator();
}

function Frame() {
  const { kind } = session.value;
  useEffect(() => {
    if (kind !== 'logged-in') return undefined;
    const live = follow(() => {
      session.value = { kind: 'logged-out' };
    });
    return () => live.stop();
  }, [kind]);
  return (
    <>
      <a class="skip" href="#content" onClick={skip}>
        {t('app.skip')}
      </a>
      <Header />
      {connected.value ? null : (
        <p class="offline" role="status">
          {t('app.offline')}
        </p>
      )}
      <Content />
      <Toast />
      <ConfirmDialog />
    </>
  );
}

/** The address after `#` names the page, so the link itself can't jump. */
function skip(event: Event): void {
  event.preventDefault();
  const content = document.getElementById('content');
  content?.setAttribute('tabindex', '-1');
  content?.focus();
}

function Header() {
  const loggedIn = session.value.kind === 'logged-in';
  const shown = routeOf(route.value);
  return (
    <header>
      <a class="brand" href={hrefOf()}>
        {t('app.name')}
      </a>
      {loggedIn ? (
        <nav aria-label={t('app.menu')}>
          {routes.filter(isOpen).map((row) =>
            'menu' in row ? (
              <a
                key={row.name}
                href={hrefOf(...row.path)}
                aria-current={row === shown ? 'page' : undefined}
              >
                {t(row.menu)}
              </a>
            ) : null,
          )}
        </nav>
      ) : null}
      <div class="row">
        <select
          aria-label={t('app.language')}
          value={language.value}
          onChange={({ currentTarget: { value } }) => {
            if (isLanguage(value)) chooseLanguage(value);
          }}
        >
          {Object.entries(languageNames).map(([code, name]) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </select>
        {loggedIn ? (
          <button type="button" class="plain" onClick={() => void attempt(logOut)}>
            {t('app.log-out')}
          </button>
        ) : null}
      </div>
    </header>
  );
}

function Content() {
  switch (session.value.kind) {
    case 'unknown':
      return <main id="content">{t('app.loading')}</main>;
    case 'new':
      return <SetUp />;
    case 'logged-out':
      return <LogIn />;
    case 'logged-in':
      return <Page />;
  }
}

function Page() {
  const row = routeOf(route.value);
  const [, second = ''] = route.value;
  if (row !== undefined && isOpen(row)) return pages[row.name](second);
  return (
    <main id="content">
      <h1>{t('app.not-found')}</h1>
    </main>
  );
}

function Toast() {
  const said = told.value;
  const close = (): void => {
    told.value = undefined;
  };
  return (
    <div class="toasts" role="status" aria-live="polite">
      {said === undefined ? null : (
        <div class={`toast ${said.kind}`}>
          <span>
            {said.kind === 'problem' ? <strong>{t('problem.title')}: </strong> : null}
            {said.text}
          </span>
          {said.action === undefined ? null : (
            <button
              type="button"
              class="plain"
              onClick={() => {
                said.action?.run();
                close();
              }}
            >
              {said.action.label}
            </button>
          )}
          <button type="button" class="plain" onClick={close}>
            {t('do.close')}
          </button>
        </div>
      )}
    </div>
  );
}

async function enter(): Promise<void> {
  try {
    await findSession();
    connected.value = true;
  } catch {
    connected.value = false;
    setTimeout(() => void enter(), retryMs);
  }
}

function start(): void {
  document.documentElement.lang = language.value;
  followAddress(() => {
    globalThis.scrollTo(0, 0);
    told.value = undefined;
  });
  followPair();
  // A file that is dropped beside its place would take the page's place in the window.
  for (const type of ['dragover', 'drop']) {
    globalThis.addEventListener(type, (event) => event.preventDefault());
  }
  render(<Frame />, document.body);
  void enter();
}

start();
