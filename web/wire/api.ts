// Calls of the appliance's API, with its problems as errors that people can read.
import type { PageView, ProblemView, SessionView } from '../../firmware/api/types.ts';
import { t } from '../text.ts';

/** What the API refused, in its own words. */
export class ApiProblem extends Error {
  readonly problem: ProblemView;

  constructor(problem: ProblemView) {
    super(problem.detail);
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

const root = '/api/v1';
/** As many as the appliance gives at once. */
const mostItems = 1_000;

/** The token of this session that a change has to carry, so that no other site can make one. */
const csrf = { token: '' };

export function useCsrfToken(token: string): void {
  csrf.token = token;
}

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly json?: unknown;
  /** The entity tag of what was looked at: refused where somebody else changed it since. */
  readonly ifMatch?: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
}

/** Rejects with an ApiProblem where the appliance refuses, with a TypeError where it is away. */
export async function ask<Answer>(path: string, asked: Ask = {}): Promise<Answer> {
  const method = asked.method ?? (asked.json === undefined ? 'GET' : 'POST');
  try {
    return await askOnce<Answer>(path, method, asked);
  } catch (error) {
    const isRefused = error instanceof ApiProblem && error.problem.status === 403;
    // Whoever logged in again in another tab has another token there, by the same cookie.
    if (!isRefused || method === 'GET' || !(await hasNewerToken())) throw error;
    return await askOnce<Answer>(path, method, asked);
  }
}

async function hasNewerToken(): Promise<boolean> {
  const before = csrf.token;
  try {
    csrf.token = (await askOnce<SessionView>('/session', 'GET', {})).csrfToken;
  } catch {
    // Nobody is logged in: what was refused says so.
    return false;
  }
  return csrf.token !== before;
}

async function askOnce<Answer>(
  path: string,
  method: NonNullable<Ask['method']>,
  asked: Ask,
): Promise<Answer> {
  const { json } = asked;
  const headers: Record<string, string> = {};
  if (method !== 'GET') headers['x-platen-csrf'] = csrf.token;
  if (json !== undefined) headers['content-type'] = 'application/json';
  if (asked.ifMatch !== undefined && asked.ifMatch !== '') headers['if-match'] = asked.ifMatch;
  const response = await fetch(addressOf(path, asked.query), {
    method,
    headers,
    credentials: 'same-origin',
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  if (!response.ok) throw new ApiProblem(asProblem(text, response.status));
  const answer: Answer = JSON.parse(text);
  return answer;
}

/** Undefined where there is no such thing. */
export async function askUnlessGone<Answer>(path: string): Promise<Answer | undefined> {
  try {
    return await ask<Answer>(path);
  } catch (error) {
    if (error instanceof ApiProblem && error.problem.status === 404) return undefined;
    throw error;
  }
}

/** A resource with its entity tag, by which a change of it is refused once it is another. */
export interface Tagged<Answer> {
  readonly answer: Answer;
  readonly etag: string;
}

export async function askWithTag<Answer>(path: string): Promise<Tagged<Answer>> {
  const response = await fetch(addressOf(path), { credentials: 'same-origin' });
  const text = await response.text();
  if (!response.ok) throw new ApiProblem(asProblem(text, response.status));
  const answer: Answer = JSON.parse(text);
  return { answer, etag: response.headers.get('etag') ?? '' };
}

/** All items of a paged list, page by page; `onPage` sees each as it comes. */
export async function askAll<Item>(
  path: string,
  query: Ask['query'],
  onPage?: (items: readonly Item[]) => void,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  let after: string | undefined;
  do {
    // The first page is small, so that something is there at once.
    const limit = after === undefined ? query?.['limit'] : mostItems;
    const page: PageView<Item> = await ask(path, { query: { ...query, limit, after } });
    items.push(...page.items);
    onPage?.(items);
    after = page.next;
  } while (after !== undefined);
  return items;
}

/** Asks for a file that is made for this call, and has the browser keep it. */
export async function download(path: string, json: unknown): Promise<void> {
  const response = await fetch(addressOf(path), {
    method: 'POST',
    headers: {
      'x-platen-csrf': csrf.token,
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    },
    credentials: 'same-origin',
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  if (!response.ok) throw new ApiProblem(asProblem(await response.text(), response.status));
  const named = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '');
  const address = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = named?.[1] ?? 'platen';
  link.click();
  URL.revokeObjectURL(address);
}

/** Sends a file and tells how far it is; a browser's fetch does not. */
export function upload<Answer>(
  path: string,
  query: Ask['query'],
  file: Blob,
  onProgress: (share: number) => void,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', addressOf(path, query));
    request.setRequestHeader('x-platen-csrf', csrf.token);
    request.setRequestHeader('content-type', file.type || 'application/octet-stream');
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      onProgress(total === 0 ? 1 : loaded / total);
    });
    request.addEventListener('error', () => reject(new TypeError(t('problem.network'))));
    request.addEventListener('load', () => {
      const { status, responseText: text } = request;
      if (status >= 300) return reject(new ApiProblem(asProblem(text, status)));
      const answer: Answer = JSON.parse(text);
      resolve(answer);
    });
    request.send(file);
  });
}

function addressOf(path: string, query: Ask['query'] = {}): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const text = new URLSearchParams(given).toString();
  return `${root}${path}${text === '' ? '' : `?${text}`}`;
}

/** What answers is not always the appliance: a proxy between has its own words. */
function asProblem(text: string, status: number): ProblemView {
  const unknown: ProblemView = {
    type: '',
    title: '',
    status,
    detail: t('problem.network'),
    code: 'unknown',
    next: '',
    instance: '',
  };
  try {
    const given: Partial<ProblemView> = JSON.parse(text);
    return { ...unknown, ...given };
  } catch {
    return unknown;
  }
}

/** What to tell a person about anything that was thrown. */
export function problemText(error: unknown): string {
  if (error instanceof ApiProblem) {
    const { code, detail, next: step, errors = [] } = error.problem;
    // The next step with these is to read the detail, which stands here already.
    const next = ['bad-request', 'value-not-supported'].includes(code) ? '' : step;
    const places = errors.map(({ path, message }) => `${path}: ${message}`);
    return [detail, ...places, next].filter((part) => part !== '').join(' ');
  }
  return t('problem.network');
}
