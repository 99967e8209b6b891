import type { Catalogue, Feature } from './catalogue';
import type { SectionReader, SectionWriter } from './sections';

/** What of a catalogue is no column of numbers. */
export interface CatalogueMeta {
  readonly columns: Catalogue['columns'];
  readonly features: readonly Omit<Feature, 'texts'>[];
}

export function putCatalogue(to: SectionWriter, catalogue: Catalogue): CatalogueMeta {
  to.put('catalogue.named', catalogue.named);
  to.putTexts('catalogue.title', catalogue.title);
  to.putTexts('catalogue.category', catalogue.category);
  to.put('catalogue.times', catalogue.times);
  for (const [at, { texts }] of catalogue.features.entries()) to.putTexts(`catalogue.feature${at}`, texts);
  return {
    columns: catalogue.columns,
    features: catalogue.features.map(({ column, kind }) => ({ column, kind })),
  };
}

export const catalogueOf = (from: SectionReader, { columns, features }: CatalogueMeta): Catalogue => ({
  named: from.u8('catalogue.named'),
  columns,
  title: from.textsIf('catalogue.title'),
  category: from.textsIf('catalogue.category'),
  times: from.f64If('catalogue.times'),
  features: features.map((feature, at) => ({ ...feature, texts: from.texts(`catalogue.feature${at}`) })),
});
