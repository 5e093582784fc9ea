// The models that an emulated USB printer can be.
import { deviceIdOf, type EmulatedInterface, type EmulatedModel } from './descriptors.ts';

export const modelNames = ['raw', 'write-only', 'ipp', 'both'] as const;
export type ModelName = (typeof modelNames)[number];

/** The vendor id of hobby projects (pid.codes); each model is a product of its own. */
const vendorId = 0x1209;

/** USB Device Class Definition for Printing Devices 1.1, 4.1.2; IPP over USB 1.0. */
const printerClass = { classCode: 7, subclass: 1 } as const;
const release = 0x0100;
export const ippProtocol = 4;

const writeOnly = { ...printerClass, alternate: 0, protocol: 1 } as const;
const raw = { ...printerClass, alternate: 0, protocol: 2 } as const;
const ipp = { ...printerClass, alternate: 0, protocol: ippProtocol } as const;
const pipes = (number: number) => ({
  number,
  outEndpoint: 1 + number,
  inEndpoint: 0x81 + number,
});

const interfacesOf: Readonly<Record<ModelName, readonly EmulatedInterface[]>> = {
  raw: [{ ...raw, number: 0, outEndpoint: 1, inEndpoint: 0x82 }],
  'write-only': [{ ...writeOnly, number: 0, outEndpoint: 1, inEndpoint: undefined }],
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
    release,
    deviceId:
      options.deviceId ??
      deviceIdOf(`MFG:ZFake;MDL:Emulated ${name};CMD:ZPL,EPL;CLS:PRINTER;${serialText}`),
    interfaces: interfacesOf[name],
  };
}
