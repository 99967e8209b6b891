import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttributePair } from '@temporalio/common';
import { untagged } from '../messages/searchAttributes';

/**
 * Sets search attributes of this run. One that was started where Temporal did not know them (its memo says so) goes without to its end: an
 * attribute that is not known would fail the workflow task, and what a run does may not change when somebody makes them.
 */
export function tag(attributes: SearchAttributePair[]): void {
  if (workflowInfo().memo?.[untagged] !== true) upsertSearchAttributes(attributes);
}
