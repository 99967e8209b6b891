import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { contextWorkflows } from '../../../src/messages/context';
import { photoWorkflows } from '../../../src/messages/photos';
import { ReceiverDouble } from '../../doubles/contextReceiver';
import { HuggingFaceDouble } from '../../doubles/huggingFace';
import { temporalAddress } from '../engines';
import { ask, eventually, openPalate, photoForm, signUp } from '../palate';
import { picture } from '../photos/meals';

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
    const results = [photo, push].map((id): Promise<unknown> => house.temporal.workflow.getHandle(id).result());
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
