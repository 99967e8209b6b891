import { renewLease } from '../../src/store/leaseRenewal';
import { eventually } from '../eventually';

const leaseMs = 30;

it('is renewed again and again, also after a renewal that failed, until its holder has ended', async () => {
  let renewals = 0;
  const faults: unknown[] = [];
  const renewal = renewLease({
    leaseMs,
    renew: () => ((renewals += 1) === 1 ? Promise.reject(new Error('away')) : Promise.resolve(true)),
    onLost: () => faults.push('lost'),
    onFault: (error) => faults.push(error),
  });
  await eventually(() => Promise.resolve(renewals > 3));
  renewal.stop();
  const so = renewals;
  // Renewed twice from here on, it would have been, too.
  let later = 0;
  const other = renewLease({ leaseMs, renew: () => Promise.resolve((later += 1) > 0) });
  await eventually(() => Promise.resolve(later >= 2));
  other.stop();
  expect(renewals).toBe(so);
  expect(faults).toEqual([new Error('away')]);
});

it('says that it was lost, and nothing of what it hears after its holder has ended', async () => {
  let lost = 0;
  let answer: (held: boolean) => void = () => undefined;
  const renewal = renewLease({
    leaseMs,
    renew: () => (lost === 0 ? Promise.resolve(false) : new Promise<boolean>((resolve) => (answer = resolve))),
    onLost: () => (lost += 1),
  });
  await eventually(() => Promise.resolve(lost === 1));
  renewal.stop();
  answer(false);
  await Promise.resolve();
  expect(lost).toBe(1);
});
