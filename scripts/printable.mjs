/**
 * What a terminal would act on, hide or turn round: control characters but the line feed and the tab, those that set the direction of text,
 * and those that nobody sees.
 */
const unseen = /[^\P{C}\n\t]|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}/gu;

/** The text with every such character written as `\u{…}`: what people and other systems wrote says no more on a terminal than it says. */
export const printable = (text) =>
  String(text).replace(unseen, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
