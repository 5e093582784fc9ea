// The version of Platen, which package.json names; the single file carries it inside.

import packageJson from '../../package.json' with { type: 'json' };

export const version: string = packageJson.version;
