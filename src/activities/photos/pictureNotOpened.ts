/**
 * A decoder did not come to an end with a picture, or ended in a way that says nothing certain about its bytes: its time was over, memory or a thread
 * was missing, or it said something unknown. May pass by itself; the message is for operators.
 */
export class PictureNotOpened extends Error {
  override readonly name = 'PictureNotOpened';
}
