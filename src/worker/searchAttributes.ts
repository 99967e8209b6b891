import type { NativeConnection } from '@temporalio/worker';
import { searchAttributes } from '../messages/searchAttributes';

const names = Object.values(searchAttributes).map(({ name }) => name);
const keyword = 2; // temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD

/** Makes Palate's search attributes where that is allowed; where not, returns the command that an administrator runs. */
export async function ensureSearchAttributes(connection: NativeConnection, namespace: string): Promise<string | null> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = names.filter((name) => !(name in customAttributes));
    if (missing.length > 0) {
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map((name) => [name, keyword])),
      });
    }
    return null;
  } catch {
    return `temporal operator search-attribute create --namespace ${namespace} ${names.map((name) => `--name ${name} --type Keyword`).join(' ')}`;
  }
}
