import type { SearchAttributePair, SearchAttributeUpdatePair } from '@temporalio/common';
import { searchAttributes, untagged } from '../messages/searchAttributes';
import { isUnknownSearchAttribute } from './faults';

/** What a run can be found by from its start. */
export interface StartTags {
  feature: string;
  /** Id of the account it works for. */
  owner?: string | null;
  state?: string | null;
}

/** What the options of a start have for its attributes. */
export interface Tags {
  typedSearchAttributes?: SearchAttributePair[];
  memo: Record<string, unknown>;
}

/**
 * Starts a run with its search attributes, or, where Temporal does not know every one of them as nobody had the right to make them, without;
 * then its memo says so to the run itself.
 */
export async function startTagged<T>(given: StartTags, start: (tags: Tags) => Promise<T>): Promise<T> {
  try {
    return await start({ typedSearchAttributes: allOf(given), memo: {} });
  } catch (error) {
    if (!isUnknownSearchAttribute(error)) throw error;
    return start({ memo: { [untagged]: true } });
  }
}

/**
 * Every attribute, those that the run sets later as `null`: a start that names one that is not known is refused, while a run that sets one
 * could never finish the workflow task in which it does.
 */
function allOf({ feature, owner = null, state = null }: StartTags): SearchAttributePair[] {
  const values: Record<keyof typeof searchAttributes, string | null> = { feature, owner, state, reason: null };
  const pairs: SearchAttributeUpdatePair[] = (Object.keys(values) as (keyof typeof values)[]).map((name) => ({
    key: searchAttributes[name],
    value: values[name],
  }));
  // The SDK encodes `null` for a start as for an update; its types have it for updates only.
  return pairs as SearchAttributePair[];
}
