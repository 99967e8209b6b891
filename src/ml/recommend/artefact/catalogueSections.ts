import type { Catalogue, Feature } from './catalogue';
import type { SectionReader, SectionWriter } from './sections';
import type { TextColumn } from './textColumn';

/** What of a catalogue is no column of numbers. Texts are named by their sections: one that is a feature and shown is there once. */
export interface CatalogueMeta {
  readonly columns: Catalogue['columns'];
  readonly title: string | null;
  readonly category: string | null;
  readonly features: readonly (Omit<Feature, 'texts'> & { readonly texts: string })[];
  readonly shown: readonly { readonly column: string; readonly texts: string | null }[];
}

export function putCatalogue(to: SectionWriter, catalogue: Catalogue): CatalogueMeta {
  const names = new Map<TextColumn, string>();
  const put = (name: string, texts: TextColumn): string => {
    const known = names.get(texts);
    if (known !== undefined) return known;
    to.putTexts(name, texts);
    names.set(texts, name);
    return name;
  };
  const { columns, title, category, features, shown } = catalogue;
  to.put('catalogue.named', catalogue.named);
  to.put('catalogue.times', catalogue.times);
  return {
    columns,
    title: title && put('catalogue.title', title),
    category: category && put('catalogue.category', category),
    features: features.map(({ column, kind, texts }, at) => ({ column, kind, texts: put(`catalogue.feature${at}`, texts) })), // prettier-ignore
    shown: shown.map(({ column, texts }, at) => ({ column, texts: texts && put(`catalogue.shown${at}`, texts) })),
  };
}

export function catalogueOf(
  from: SectionReader,
  { columns, title, category, features, shown }: CatalogueMeta,
): Catalogue {
  const known = new Map<string, TextColumn>();
  const textsOf = (name: string): TextColumn => {
    const texts = known.get(name) ?? from.texts(name);
    known.set(name, texts);
    return texts;
  };
  return {
    named: from.u8('catalogue.named'),
    columns,
    title: title === null ? null : textsOf(title),
    category: category === null ? null : textsOf(category),
    times: from.f64If('catalogue.times'),
    features: features.map((feature) => ({ ...feature, texts: textsOf(feature.texts) })),
    shown: shown.map(({ column, texts }) => ({ column, texts: texts === null ? null : textsOf(texts) })),
  };
}
