// The models that an emulated USB printer can be.
import { deviceIdOf, type EmulatedInterface, type EmulatedModel } from './descriptors.ts';

export const modelNames = ['raw', 'write-only', 'ipp', 'both'] as const;
export type ModelName = (typeof modelNames)[number];

/** The vendor id of hobby projects (pid.codes); each model is a product of its own. */
const vendorId = 0x1209;

const raw = { alternate: 0, protocol: 2 } as const;
const ipp = { alternate: 0, protocol: 4 } as const;
const pipes = (number: number) => ({
  number,
  outEndpoint: 1 + number,
  inEndpoint: 0x81 + number,
});

const interfacesOf: Readonly<Record<ModelName, readonly EmulatedInterface[]>> = {
  raw: [{ ...raw, number: 0, outEndpoint: 1, inEndpoint: 0x82 }],
  'write-only': [{ alternate: 0, protocol: 1, number: 0, outEndpoint: 1, inEndpoint: undefined }],
  ipp: [0, 1, 2].map((number) => ({ ...ipp, ...pipes(number) })),
  both: [0, 1].flatMap((number) => [
    { ...raw, ...pipes(number) },
    { ...ipp, ...pipes(number), alternate: 1 },
  ]),
};

export function makeModel(
  name: ModelName,
  options: { readonly serialNumber?: string; readonly deviceId?: Uint8Array } = {},
): EmulatedModel {
  const { serialNumber } = options;
  const serialText = serialNumber === undefined ? '' : `SN:${serialNumber};`;
  return {
    vendorId,
    productId: 0xf020 + modelNames.indexOf(name),
    manufacturer: 'ZFake',
    product: `Emulated ${name}`,
    serialNumber,
    deviceId:
      options.deviceId ??
      deviceIdOf(`MFG:ZFake;MDL:Emulated ${name};CMD:ZPL,EPL;CLS:PRINTER;${serialText}`),
    interfaces: interfacesOf[name],
  };
}
