// The registry's functions that a module calls by name, as its thread and the appliance know them.

export const registryFunctions = [
  'createKey',
  'openKey',
  'closeKey',
  'deleteKey',
  'enumKey',
  'queryInfoKey',
  'setValue',
  'setValues',
  'deleteValue',
  'enumValue',
  'queryValue',
] as const;
