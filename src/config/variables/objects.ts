import * as kind from '../kinds';
import { orNull, setting } from '../documented';

export const objectsVariables = {
  storageBackend: setting(
    kind.oneOf(['file', 'sqlite', 'aws']).transform((name) => (name === 'aws' ? 'aws' : 'file')),
    {
      variable: 'STORAGE_BACKEND',
      byDefault: 'file',
      example: 'aws',
      meaning: 'Where pictures and uploads are kept: `file` (`sqlite` means the same) or `aws` (any S3 server).',
    },
  ),
  uploadsDir: setting(orNull(kind.text()), {
    variable: 'UPLOADS_DIR',
    unset: '`objects` under PALATE_HOME',
    example: '/var/lib/palate/objects',
    meaning: 'Folder of the `file` backend. API and workers must see the same one.',
  }),
  awsBucketName: setting(orNull(kind.text()), {
    variable: 'AWS_BUCKET_NAME',
    unset: 'required by `aws`',
    example: 'palate-objects',
    meaning: 'Bucket.',
  }),
  awsRegion: setting(orNull(kind.text()), {
    variable: 'AWS_REGION',
    unset: 'required by `aws`',
    example: 'eu-west-1',
    meaning: 'Region of the bucket.',
  }),
  awsS3Endpoint: setting(orNull(kind.baseUrl()), {
    variable: 'AWS_S3_ENDPOINT',
    unset: 'Amazon’s own',
    example: 'http://127.0.0.1:7070',
    meaning: 'Another S3 server; addressed by path (`/bucket/key`).',
  }),
  awsS3Acl: setting(kind.oneOf(['private', 'bucket-owner-read', 'bucket-owner-full-control']), {
    variable: 'AWS_S3_ACL',
    byDefault: 'private',
    example: 'bucket-owner-full-control',
    meaning:
      'Access list of new objects. `private` sends none, as buckets without lists ask for. Public ones are refused: pictures are served by signed URLs.',
  }),
  awsAccessKeyId: setting(orNull(kind.text()), {
    variable: 'AWS_ACCESS_KEY_ID',
    secret: true,
    unset: 'the SDK’s usual chain',
    example: 'AKIAIOSFODNN7EXAMPLE',
    meaning: 'Access key; goes with its secret.',
  }),
  awsSecretAccessKey: setting(orNull(kind.text()), {
    variable: 'AWS_SECRET_ACCESS_KEY',
    secret: true,
    unset: 'the SDK’s usual chain',
    example: 'wJalrXUtnFEMIK7MDENGbPxRfiCY',
    meaning: 'Secret of the access key.',
  }),
  awsSessionToken: setting(orNull(kind.text()), {
    variable: 'AWS_SESSION_TOKEN',
    secret: true,
    unset: 'no session',
    example: 'IQoJb3JpZ2luX2VjEXAMPLE',
    meaning: 'Session token of temporary credentials.',
  }),
};
