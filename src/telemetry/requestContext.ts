import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line of a request carries, however deep it is written. */
export interface RequestFacts {
  readonly requestId: string;
  /** Known once the caller is. */
  accountId?: string;
}

const facts = new AsyncLocalStorage<RequestFacts>();

export const inRequest = <T>(request: RequestFacts, work: () => T): T => facts.run(request, work);
export const currentRequest = (): RequestFacts | undefined => facts.getStore();
