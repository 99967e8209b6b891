/** The artefact is missing, or not what was registered: another attempt would find the same. */
export class ModelDamaged extends Error {
  override readonly name: string = 'ModelDamaged';
}

/** It is whole, and larger than what this process may hold. */
export class ModelTooLarge extends Error {
  override readonly name = 'ModelTooLarge';
}

/** A copy on the disk of this machine is not what was fetched: to be fetched again. */
export class CopyDamaged extends ModelDamaged {
  override readonly name = 'CopyDamaged';
}
