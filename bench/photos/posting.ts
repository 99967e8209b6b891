/** Photos posted to Palate, and pictures to a classifier, timed. */
export interface Timed {
  ms: number;
  id: string | null;
}

export async function timed(work: () => Promise<string | null>): Promise<Timed> {
  const started = performance.now();
  const id = await work();
  return { ms: performance.now() - started, id };
}

/** Where the process has TRUST_PROXY=1: the address of one of many anonymous people. */
export const addressOf = (person: number) => ({ 'x-forwarded-for': `192.0.2.${person + 1}` });

/** Throws unless the answer has the figures. */
export async function post(
  url: string,
  picture: Buffer,
  token: string | null = null,
  more: Record<string, string> = {},
): Promise<{ id: string; inference_source: string }> {
  const form = new FormData();
  form.append('photo', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), 'meal.jpg');
  const headers = { ...more, ...(token !== null && { authorization: `Bearer ${token}` }) };
  const response = await fetch(`${url}/predict`, { method: 'POST', body: form, headers });
  const body = (await response.json()) as { id: string; status: string; inference_source: string };
  if (response.status !== 200 || body.status !== 'analyzed')
    throw new Error(`${response.status} ${JSON.stringify(body)}`);
  return body;
}

/** As Palate's own client asks, without Palate between. */
export async function postToClassifier(endpointUrl: string, picture: Buffer): Promise<null> {
  const headers = { 'content-type': 'image/jpeg' };
  const response = await fetch(endpointUrl, { method: 'POST', body: new Uint8Array(picture), headers });
  await response.json();
  return null;
}

/** Under way at once where the rate is measured. */
export const width = 8;

/** Requests a second with `width` under way at once, one of each person. */
export async function throughput(
  pictures: readonly Buffer[],
  send: (picture: Buffer, person: number) => Promise<unknown>,
): Promise<number> {
  const waiting = [...pictures];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: width }, async (_, person) => {
      for (let picture = waiting.pop(); picture; picture = waiting.pop()) await send(picture, person);
    }),
  );
  return pictures.length / ((performance.now() - started) / 1000);
}
