import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { contextWorkflows } from '../../../src/messages/context';
import { photoWorkflows } from '../../../src/messages/photos';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { temporalAddress } from '../engines';
import { ask, eventually, openPalate, photoForm, signUp } from '../palate';
import { picture } from '../photos/meals';
import { resultOf } from '../resultOf';

jest.setTimeout(90_000);

const sources = path.join(__dirname, '..', '..', '..', 'src', 'workflows');

/** Activities that were scheduled by a version that knew one task queue. */
it('what an earlier version scheduled on main is finished by this one, which goes on on its own queues', async () => {
  const [{ code }, classifier, receiver, connection] = await Promise.all([
    bundleWorkflowCode({
      workflowsPath: path.join(sources, 'index.ts'),
      workflowInterceptorModules: [path.join(sources, 'outcomes.ts'), path.join(__dirname, 'oneQueue.ts')],
      logger: new DefaultLogger('ERROR'),
    }),
    new HuggingFaceDouble().start(),
    new ReceiverDouble().start(),
    NativeConnection.connect({ address: temporalAddress() }),
  ]);
  const house = await openPalate('earlier-version', {
    HF_SPACE_URL: classifier.endpointUrl,
    FLASK_AI_BASE_URL: receiver.baseUrl,
    INTERNAL_HMAC_SECRET: ReceiverDouble.secret,
    CONTEXT_SYNC_DEBOUNCE_MS: '10',
    CONTEXT_SYNC_IDLE_MS: '100',
    PREDICT_WAIT_MS: '0',
  });
  const scheduledOf = async (workflowId: string) => {
    const { events } = await house.temporal.workflow
      .getHandle(workflowId)
      .fetchHistory()
      .catch(() => ({ events: [] })); // not started yet
    return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled ? [`${scheduled.activityType?.name} on ${scheduled.taskQueue?.name}`] : [],
    );
  };
  const on = (activity: string, queue = '') => `${activity} on ${house.taskQueue}${queue}`;
  try {
    const api = await house.start({ PALATE_ROLE: 'api' });
    const earlier = await Worker.create({
      connection,
      taskQueue: house.taskQueue,
      workflowBundle: { code },
      sinks: { palate: { ended: { fn: () => undefined } } },
    });
    const { photo, push } = await earlier.runUntil(async () => {
      const { token, id: person } = await signUp(api.url);
      const { body } = await ask<{ id: string }>(api.url, 'POST', '/predict', {
        token,
        form: photoForm(await picture(5_500)),
      });
      const [photo, push] = [photoWorkflows.analyze.id(body.id), contextWorkflows.sync.id(person)];
      await eventually(async () => (await scheduledOf(photo)).length > 0 && (await scheduledOf(push)).length > 0);
      return { photo, push };
    });
    expect([await scheduledOf(photo), await scheduledOf(push)]).toEqual([[on('preparePhoto')], [on('pushContext')]]);

    await house.start({ PALATE_ROLE: 'worker' });
    const results = [photo, push].map((id): Promise<unknown> => resultOf(house.temporal, id));
    expect(await Promise.all(results)).toEqual(['analyzed', 'idle']);
    expect(await scheduledOf(photo)).toEqual([
      on('preparePhoto'),
      on('classifyPhoto', '-classifier'),
      on('analyzeEntry', '-fdc'),
    ]);
    expect(receiver.calls).toBe(1);
  } finally {
    await house.close();
    await connection.close();
    await Promise.all([classifier.stop(), receiver.stop()]);
  }
});

/** While both versions run, an activity of this one may answer a workflow of the other, whose history this one must be able to go on with. */
it('a run of an earlier version is not told `unknown`: it ends, and the entry waits for its label', async () => {
  const [{ code }, classifier] = await Promise.all([
    bundleWorkflowCode({
      workflowsPath: path.join(sources, 'index.ts'),
      workflowInterceptorModules: [path.join(sources, 'outcomes.ts'), path.join(__dirname, 'withoutUnknown.ts')],
      logger: new DefaultLogger('ERROR'),
    }),
    new HuggingFaceDouble().start(),
  ]);
  const house = await openPalate(
    'earlier-unknown',
    { HF_SPACE_URL: classifier.endpointUrl },
    { workflowBundle: { code } },
  );
  try {
    const { url } = await house.start();
    const { token } = await signUp(url);
    const predict = async (seed: number, fields: Record<string, string>) => {
      const form = photoForm(await picture(seed), fields);
      const { body } = await ask<{ id: string }>(url, 'POST', '/predict', { token, form });
      const result: unknown = await resultOf(house.temporal, photoWorkflows.analyze.id(body.id));
      return { body, result };
    };
    const waits = { body: { status: 'needs_label', calories: null }, result: 'labelled' };
    classifier.answers([{ label: 'zorbleberry', score: 0.9 }]);
    expect(await predict(5_501, {})).toMatchObject(waits);
    classifier.answers([{ label: 'pizza', score: 0.1 }]);
    expect(await predict(5_502, { caption: '300 g of zorbleberry' })).toMatchObject(waits);
  } finally {
    await house.close();
    await classifier.stop();
  }
});
