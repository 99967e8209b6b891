/** A fault a person can mend: the message is one sentence that names what happened and what to do. Printed without a stack. */
export class Problem extends Error {
  name = 'Problem';
}

/** True for the faults of a full disk, whoever reports them: Node by code, engines by a line of their log. */
export const isDiskFull = (fault) =>
  fault?.code === 'ENOSPC' ||
  /ENOSPC|no space left on device|database or disk is full/i.test(String(fault?.message ?? fault));

/** The sentence for a person behind any fault. `home` is the folder that filled up, when that is the fault. */
export function sentence(fault, home) {
  if (fault instanceof Problem) return fault.message;
  if (isDiskFull(fault))
    return `The disk that holds ${home} is full: free some space there, or point PALATE_HOME at another disk, and start again.`;
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(fault?.code)) {
    return `${fault.path ?? home} cannot be written (${fault.code}): give your user the right to it, or point PALATE_HOME at a folder of your own.`;
  }
  return fault instanceof Error ? fault.message : String(fault);
}
