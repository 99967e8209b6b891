/**
 * The receiver as a process of its own, for tests that kill it: `tsx test/doubles/contextReceiverProcess.ts [port]`. Its first line is its
 * address; SIGTERM ends it. `GET /double` tells what it was told and what it knows, as JSON; it is not signed and not recorded.
 */
import type { Answer, Received } from './doubleServer';
import { ReceiverDouble } from './contextReceiver';

class ToldReceiver extends ReceiverDouble {
  protected override answer(request: Received): Answer {
    if (request.path !== '/double') return super.answer(request);
    const state = { record: this.record.filter(({ userId }) => userId !== undefined), users: [...this.users] };
    return { status: 200, body: JSON.stringify(state) };
  }
}

const receiver = new ToldReceiver();
const secrets = process.env.INTERNAL_HMAC_SECRET;
if (secrets !== undefined) receiver.wantsSecrets(...secrets.split(','));
process.once('SIGTERM', () => void receiver.stop());
receiver.start(Number(process.argv[2] ?? 0)).then(
  () => console.log(receiver.url),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
