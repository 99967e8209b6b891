import type { NativeConnection } from '@temporalio/worker';
import { isDenied } from '../launches/faults';
import { searchAttributes } from '../messages/searchAttributes';

const names = Object.values(searchAttributes).map(({ name }) => name);
const keyword = 2; // temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD

/** What an administrator runs where a worker may not make them. */
export const searchAttributesCommand = (namespace: string): string =>
  `temporal operator search-attribute create --namespace ${namespace} ${names.map((name) => `--name ${name} --type Keyword`).join(' ')}`;

/**
 * Makes Palate's search attributes where they are missing. Rejects as the client does where that is not allowed and they do not stand:
 * who may not list them may still search by them.
 */
export async function ensureSearchAttributes(connection: NativeConnection, namespace: string): Promise<void> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = names.filter((name) => !(name in customAttributes));
    if (missing.length === 0) return;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
    });
  } catch (error) {
    if (!isDenied(error) || !(await areKnown(connection, namespace))) throw error;
  }
}

/** A search that names one that is not known is refused. */
const areKnown = async (connection: NativeConnection, namespace: string): Promise<boolean> => {
  const query = names.map((name) => `${name} = 'none'`).join(' OR ');
  return connection.workflowService.countWorkflowExecutions({ namespace, query }).then(
    () => true,
    () => false,
  );
};
