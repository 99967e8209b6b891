import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ImportedDataType } from '../../model/importedFoods';
import { type ReleaseName } from '../../model/importedFoods';
import type { FoodImportStore } from '../../store/foods';
import { renewLease } from '../../store/leaseRenewal';
import { readDownload, type Download, type DownloadedFood } from './download';
import { ImportRefused } from '../faults';

export { ImportRefused, type RowFault } from '../faults';

/**
 * Imports a folder of USDA's CSV download.
 *
 * I1  Nothing is written before the whole folder was read: what is no download changes nothing.
 * I2  A release is named by its content, so the same folder again is known, and an import that was killed finds how far it came.
 * I3  Rows stand before they count; at the end all releases of the folder count in one step.
 * I4  One import at a time, by a lease that it renews; who has lost it writes no further and cannot publish.
 */
export interface ImportOptions {
  imports: FoodImportStore;
  folder: string;
  onProgress?: (progress: ImportProgress) => void;
  /** Also where much of it cannot be read, or much of what is known would go. */
  anyway?: boolean;
  /** How long a killed import keeps the next one waiting. */
  leaseMs?: number;
  /** Foods written at once, and so at most written twice. */
  batchFoods?: number;
}

export type ImportProgress =
  | { kind: 'waiting'; ms: number }
  | { kind: 'reading'; file: string }
  | { kind: 'resuming'; release: ReleaseName; written: number; foods: number }
  | { kind: 'writing'; release: ReleaseName; written: number; foods: number };

export interface ImportedRelease {
  release: ReleaseName;
  dataType: ImportedDataType;
  foods: number;
  /** `written`: new. `kept`: it stood from an earlier import and counts again. `unchanged`: it counted already. */
  outcome: 'written' | 'kept' | 'unchanged';
  /** The release whose place it took. */
  before: ReleaseName | null;
}

export interface ImportSummary extends Pick<Download, 'otherFoods' | 'withoutFigures' | 'absent' | 'nutrientsBy'> {
  releases: ImportedRelease[];
  faults: Download['faults'];
  ms: number;
}

const defaultLeaseMs = 5_000;
const defaultBatchFoods = 500;

/** The same for the same foods, however the files wrote them. */
const releaseOf = (dataType: ImportedDataType, publishedOn: string, foods: readonly DownloadedFood[]): ReleaseName => {
  const digest = createHash('sha256');
  for (const { fdcId, name, category, per100G, portions, defaultPortionG } of foods)
    digest.update(`${JSON.stringify([fdcId, name, category, Object.values(per100G), portions, defaultPortionG])}\n`);
  return `${dataType}:${publishedOn}:${digest.digest('hex').slice(0, 12)}`;
};

/** Throws `ImportRefused` with a sentence where the folder is no download or another import is under way. */
export async function importFoods(options: ImportOptions): Promise<ImportSummary> {
  const { imports, folder, onProgress = () => undefined } = options;
  const { leaseMs = defaultLeaseMs, batchFoods = defaultBatchFoods } = options;
  const begun = performance.now();
  const lease = randomUUID();
  await takeLease(imports, lease, leaseMs, onProgress);
  let held = true;
  const renewal = renewLease({
    leaseMs,
    renew: () => imports.renewLease(lease, leaseMs),
    // That MongoDB is away the next write says.
    onLost: () => {
      held = false;
    },
  });
  const stillHeld = () => {
    if (!held) throw lost();
  };

  try {
    const download = await readDownload(folder, (file) => onProgress({ kind: 'reading', file }));
    const current = await imports.current();
    const planned = [...download.foods].map(([dataType, foods]) => {
      const publishedOn = download.publishedOn.get(dataType) ?? 'undated';
      return { dataType, foods, publishedOn, release: releaseOf(dataType, publishedOn, foods) };
    });
    if (options.anyway !== true) await refuseWhatIsMaimed(imports, download, planned, current);
    stillHeld();
    await imports.removeUnfinished(
      planned.map(({ dataType }) => dataType),
      planned.map(({ release }) => release),
    );

    const releases: ImportedRelease[] = [];
    for (const { dataType, foods, publishedOn, release } of planned) {
      const before = current[dataType] ?? null;
      const stands = await imports.findRelease(release);
      if (stands?.state !== 'ready') {
        if (!stands) await imports.beginRelease({ _id: release, dataType, publishedOn, foods: foods.length });
        else onProgress({ kind: 'resuming', release, written: stands.written, foods: foods.length });
        let written = stands?.written ?? 0;
        while (written < foods.length) {
          const part = foods.slice(written, written + batchFoods);
          written += part.length;
          stillHeld();
          await imports.write(
            part.map((food) => ({ ...food, release })),
            written,
          );
          onProgress({ kind: 'writing', release, written, foods: foods.length });
        }
        if (!(await imports.finishRelease(release, foods.length)))
          throw new Error(`Not every food of ${release} stands after it was written; run the import again.`);
      }
      const outcome = before === release ? 'unchanged' : stands?.state === 'ready' ? 'kept' : 'written';
      releases.push({ release, dataType, foods: foods.length, outcome, before: before === release ? null : before });
    }
    if (releases.some(({ outcome }) => outcome !== 'unchanged')) {
      const names = Object.fromEntries(releases.map(({ dataType, release }) => [dataType, release]));
      if (!(await imports.publish(lease, names))) throw lost();
    }
    const { faults, otherFoods, withoutFigures, absent, nutrientsBy } = download;
    return { releases, faults, otherFoods, withoutFigures, absent, nutrientsBy, ms: performance.now() - begun };
  } finally {
    renewal.stop();
    await imports.endLease(lease).catch(() => undefined);
  }
}

/** A file that was cut off reads like a smaller one: these are far from what releases differ by. */
const mostFaults = { share: 0.01, rows: 100 };
const mostGone = { share: 0.1, foods: 100 };

async function refuseWhatIsMaimed(
  imports: FoodImportStore,
  { faults }: Download,
  planned: readonly { dataType: ImportedDataType; foods: readonly DownloadedFood[] }[],
  current: Partial<Record<ImportedDataType, ReleaseName>>,
): Promise<void> {
  const foods = planned.reduce((sum, one) => sum + one.foods.length, 0);
  if (faults.count > Math.max(mostFaults.rows, foods * mostFaults.share))
    throw new ImportRefused(
      `${faults.count} rows could not be taken (the first: ${faults.first[0]?.file ?? ''} line ${faults.first[0]?.line ?? 0}). Is a file damaged or cut off? Download it again, or add --anyway.`,
    );
  for (const { dataType, foods: next } of planned) {
    const standing = current[dataType];
    const before = standing === undefined ? null : await imports.findRelease(standing);
    const gone = (before?.foods ?? 0) - next.length;
    if (before && gone > Math.max(mostGone.foods, before.foods * mostGone.share))
      throw new ImportRefused(
        `Only ${next.length} foods of ${dataType} are in it, and ${before.foods} stand now. Is a file cut off? Download it again, or add --anyway.`,
      );
  }
}

const lost = () =>
  new ImportRefused(
    'Another import took over, as this one stood still for too long; nothing more was changed by this one.',
  );

/**
 * A lease that is renewed while it is watched belongs to an import that lives; one that runs out belonged to one that was killed.
 */
async function takeLease(
  imports: FoodImportStore,
  lease: string,
  leaseMs: number,
  onProgress: (progress: ImportProgress) => void,
): Promise<void> {
  let first: number | null = null;
  for (;;) {
    const answer = await imports.takeLease(lease, leaseMs);
    if (answer.taken) return;
    const until = answer.until.getTime();
    if (first !== null && until > first)
      throw new ImportRefused('Another import is under way: wait until it is done, then run this one again.');
    if (first === null) onProgress({ kind: 'waiting', ms: leaseMs });
    first ??= until;
    await pause(leaseMs / 20);
  }
}
