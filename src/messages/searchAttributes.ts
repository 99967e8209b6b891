import { defineSearchAttributeKey } from '@temporalio/common';

/** What a run can be found by in the Temporal UI. Opaque ids and enumerations only: no e-mail, no name, no free text. */
export const searchAttributes = {
  feature: defineSearchAttributeKey('PalateFeature', 'KEYWORD'),
  /** Id of the account it works for. */
  owner: defineSearchAttributeKey('PalateOwner', 'KEYWORD'),
  state: defineSearchAttributeKey('PalateState', 'KEYWORD'),
  /** Type of the failure that a run ended with or waits for. */
  reason: defineSearchAttributeKey('PalateReason', 'KEYWORD'),
} as const;

/** Memo of a run that was started where Temporal did not know these: `true`. */
export const untagged = 'palateUntagged';
