/** English names of what a text may be written in. */
const languages = new Intl.DisplayNames(['en'], { type: 'language' });
const scripts = new Intl.DisplayNames(['en'], { type: 'script' });

/** The name of an ISO 639-1 language or of an ISO 15924 script ("Italian", "Japanese"), as `Reading.writtenIn` has them. */
export const languageName = (code: string): string =>
  code === 'Hani' ? 'Chinese or Japanese' : ((code.length === 4 ? scripts.of(code) : languages.of(code)) ?? code);
