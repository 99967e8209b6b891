import type { Finding, Tally } from './tally';

/** Why a row was left out. */
export type Rejection =
  | 'field_count'
  | 'row_too_long'
  | 'open_quote'
  | 'encoding'
  | 'user_id'
  | 'item_id'
  | 'rating'
  | 'timestamp'
  | 'duplicate';
/** What was read otherwise than it was written, or may not be what its author meant. */
export type Notice =
  | 'blanks_trimmed'
  | 'decimal_comma'
  | 'not_positive'
  | 'timestamp_missing'
  | 'timestamp_without_zone'
  | 'timestamp_unreadable'
  | 'title_missing';

const rejections: Record<Rejection, (rows: string) => string> = {
  field_count: (rows) => `${rows} left out for another number of cells than the header has`,
  row_too_long: (rows) => `${rows} left out for their length`,
  open_quote: (rows) => `${rows} left out for a quote that joins several lines`,
  encoding: (rows) => `${rows} left out for bytes that are no text`,
  user_id: (rows) => `${rows} left out for a user id that is empty or too long`,
  item_id: (rows) => `${rows} left out for an item id that is empty or too long`,
  rating: (rows) => `${rows} left out for a rating that is no number`,
  timestamp: (rows) => `${rows} left out for a time that cannot be`,
  duplicate: (rows) => `${rows} repeated and left out; the latest of each is kept`,
};
const notices: Record<Notice, (count: string) => string> = {
  blanks_trimmed: (count) => `Blanks around a cell were left out: ${count}`,
  decimal_comma: (count) => `A decimal comma was read as a decimal point: ${count}`,
  not_positive: (count) => `A rating at or below 0 counts as no interest: ${count}`,
  timestamp_missing: (count) => `No time is given, and the row counts as older than all others: ${count}`,
  timestamp_without_zone: (count) => `A time without a zone was read as UTC: ${count}`,
  timestamp_unreadable: (count) => `A time could not be read, and the item counts as having none: ${count}`,
  title_missing: (count) => `An item has no title and is shown by its id: ${count}`,
};

export const counted = (count: number, one: string): string =>
  `${count.toLocaleString('en-US')} ${one}${count === 1 ? '' : 's'}`;

/** "(lines 6, 10, 22)", with the reason where there is only one to tell. */
function places(count: number, first: readonly Finding[]): string {
  const known = first.filter(({ line }) => line > 0);
  if (known.length === 0) return '';
  const lines = known.map(({ line }) => line).join(', ');
  return ` (${known.length === 1 ? 'line' : 'lines'} ${lines}${count > known.length ? ', …' : ''})`;
}

/** A sentence for each kind of finding. */
export const warningsOf = (rejected: Tally<Rejection>, noticed: Tally<Notice>): string[] => [
  ...rejected.kinds.map((kind) => {
    const count = rejected.count(kind);
    return `${rejections[kind](`${counted(count, 'row')} ${count === 1 ? 'was' : 'were'}`)}${places(count, rejected.of(kind))}.`;
  }),
  ...noticed.kinds.map((kind) => {
    const count = noticed.count(kind);
    return `${notices[kind](counted(count, 'row'))}${places(count, noticed.of(kind))}.`;
  }),
];
