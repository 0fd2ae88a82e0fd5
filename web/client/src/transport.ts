import { Problem, problemOf } from './problem.js';

export interface ClientOptions {
  /** An API key, or what returns the current one. */
  key?: string | (() => string | null | undefined);
  /** Name of the model that answers. The default is the server's first. */
  model?: string;
  /** Used instead of the global fetch. */
  fetch?: typeof fetch;
  /** Called with each answer whose request was not aborted. */
  answered?: (answer: unknown) => void;
  /** Called with each problem whose request was not aborted. */
  failed?: (problem: Problem) => void;
}

export interface CallOptions {
  /** Aborts the request: the promise is rejected with the signal's reason. */
  signal?: AbortSignal;
}

interface Sent {
  query?: Record<string, string | number | string[] | undefined>;
  body?: unknown;
  /** Those of an answer; others are problems. */
  statuses?: number[];
}

/** Sends requests to one server. */
export class Transport {
  private readonly server: string;
  private readonly base: string;

  /** `server` is an address such as http://localhost:8080. In a page of that server it may be empty. */
  constructor(
    server: string,
    private readonly options: ClientOptions = {},
  ) {
    this.server = server.replace(/\/+$/, '');
    this.base = options.model === undefined ? '/v1' : `/v1/models/${encodeURIComponent(options.model)}`;
  }

  /** The address of a path. A path without a slash at its beginning is one of the client's model. */
  address(path: string): string {
    return this.server + (path.startsWith('/') ? path : `${this.base}/${path}`);
  }

  protected async call<T>(method: string, path: string, sent: Sent, { signal }: CallOptions = {}): Promise<T> {
    const { answered, failed } = this.options;
    try {
      const answer = await this.send<T>(method, this.address(path) + queryString(sent.query), sent, signal);
      if (!signal?.aborted) answered?.(answer);
      return answer;
    } catch (error) {
      if (error instanceof Problem && !signal?.aborted) failed?.(error);
      throw error;
    }
  }

  private async send<T>(method: string, address: string, sent: Sent, signal?: AbortSignal): Promise<T> {
    const { key, fetch: send = fetch } = this.options;
    const token = typeof key === 'function' ? key() : key;
    const headers: Record<string, string> = {};
    if (token) headers.Authorization = `Bearer ${token}`;
    if (sent.body !== undefined) headers['Content-Type'] = 'application/json';
    let response: Response;
    try {
      response = await send(address, { method, headers, signal, body: JSON.stringify(sent.body) });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Problem(0, 'The server does not respond. It may have been stopped.');
    }
    if (!(sent.statuses ?? [200]).includes(response.status)) throw await problemOf(response);
    const isText = response.headers.get('Content-Type')?.startsWith('text/plain');
    return (isText ? response.text() : response.json()) as Promise<T>;
  }
}

function queryString(query: Sent['query'] = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) given.append(name, String(one));
  const text = String(given);
  return text && `?${text}`;
}
