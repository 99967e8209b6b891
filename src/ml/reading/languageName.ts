import { languages as read } from './languages';
import type { Reading } from './meal';

/** English names of what a text may be written in. */
const languages = new Intl.DisplayNames(['en'], { type: 'language' });
const scripts = new Intl.DisplayNames(['en'], { type: 'script' });

/** The name of an ISO 639-1 language or of an ISO 15924 script ("Italian", "Japanese"), as `Reading.writtenIn` has them. */
export const languageName = (code: string): string =>
  code === 'Hani' ? 'Chinese or Japanese' : ((code.length === 4 ? scripts.of(code) : languages.of(code)) ?? code);

/** What a text is written in that nobody reads here; null where it is a language that is read, though none of its words was understood. */
export const unreadLanguage = ({ writtenIn }: Pick<Reading, 'writtenIn'>): string | null =>
  read.some(({ code }) => code === writtenIn) ? null : writtenIn;

/** What to say of words in a language that is not read: nothing where `writtenIn` is null. */
export const notReadWarnings = (writtenIn: string | null): string[] =>
  writtenIn === null ? [] : [`The words seem to be in ${languageName(writtenIn)}, which is not read here.`];
