/** The text with every character that a terminal would act on, hide or turn round written as `\u{…}`. */
export function printable(text: string): string;
