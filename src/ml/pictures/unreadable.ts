export type UnreadableReason = 'empty' | 'not-an-image' | 'type' | 'damaged' | 'too-many-pixels' | 'too-small';

/** A file that is no picture we can work with, for good. The message is for the person who sent it. */
export class PictureUnreadable extends Error {
  override readonly name = 'PictureUnreadable';
  constructor(
    readonly reason: UnreadableReason,
    message: string,
  ) {
    super(message);
  }
}

export const damaged = (): PictureUnreadable =>
  new PictureUnreadable(
    'damaged',
    'The picture is damaged or was cut off on its way. Send it again, or choose another.',
  );
