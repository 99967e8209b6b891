import type { Exporter, Exporters } from '../api/accounts/export';
import type { OrderedEraser } from '../activities/erasure';
import type { Store } from '../store/store';
import { isNothing, type EraserParts, type FeatureManifest } from './feature';

/** The erasers of all features, in the order in which they run. Throws where two answer to one name. */
export function erasersOf(
  manifests: readonly Pick<FeatureManifest, 'name' | 'aliases' | 'eraser'>[],
  parts: EraserParts,
): OrderedEraser[] {
  const ordered = manifests
    .flatMap(({ name: feature, aliases = [], eraser }) =>
      isNothing(eraser) ? [] : [{ order: eraser.order, feature, aliases, eraser: eraser.create(parts) }],
    )
    .sort((one, other) => one.order - other.order);
  const taken = new Map<string, string>();
  for (const { feature, aliases } of ordered)
    for (const name of [feature, ...aliases]) {
      const other = taken.get(name);
      if (other !== undefined)
        throw new Error(
          `Two erasers have the name ${name}: one of the feature ${other}, one of the feature ${feature}.`,
        );
      taken.set(name, feature);
    }
  return ordered.map(({ feature, aliases, eraser }) => ({ feature, aliases, eraser }));
}

/** The exporters of all features, in the order of the list. Throws where two write under one key. */
export function exportersOf(
  manifests: readonly Pick<FeatureManifest, 'name' | 'exporters'>[],
  store: Store,
): Exporters {
  const all = new Map<string, { feature: string; exporter: Exporter }>();
  for (const { name: feature, exporters } of manifests) {
    if (isNothing(exporters)) continue;
    for (const [key, exporter] of Object.entries(exporters(store))) {
      const other = all.get(key);
      if (other)
        throw new Error(
          `Two parts of the export have the key ${key}: one of the feature ${other.feature}, one of the feature ${feature}.`,
        );
      all.set(key, { feature, exporter });
    }
  }
  return Object.fromEntries([...all].map(([key, { exporter }]) => [key, exporter]));
}
