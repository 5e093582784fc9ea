// Elligator 2 for curve25519: from a hash to the u coordinate of a point whose logarithm nobody
// knows (draft-irtf-cfrg-cpace-21, RFC 9380 6.7.1).

/** The field's prime, and the curve's A in v² = u³ + A u² + u. */
const prime = 2n ** 255n - 19n;
const curveA = 486_662n;
/** The non-square that RFC 9380 takes for this field. */
const nonSquare = 2n;

/** 32 bytes of a hash to 32 bytes of a u coordinate, both little-endian. */
export function elligator2(hash: Uint8Array): Uint8Array {
  const r = decodeCoordinate(hash);
  const v = modulo(-curveA * invert(1n + nonSquare * r * r));
  const square = power(v * v * v + curveA * v * v + v, (prime - 1n) / 2n);
  // Of v and -v - A one lies on the curve, the other on its twist.
  const u = square === prime - 1n ? modulo(-v - curveA) : v;
  return encodeCoordinate(u);
}

/** RFC 7748 5: little-endian, the highest bit not used. */
function decodeCoordinate(bytes: Uint8Array): bigint {
  const value = BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`);
  return modulo(value & (2n ** 255n - 1n));
}

function encodeCoordinate(value: bigint): Uint8Array {
  const hex = value.toString(16).padStart(64, '0');
  return Uint8Array.from(Buffer.from(hex, 'hex')).toReversed();
}

function modulo(value: bigint): bigint {
  const rest = value % prime;
  return rest < 0n ? rest + prime : rest;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = modulo(base);
  for (let bits = exponent; bits > 0n; bits >>= 1n) {
    if ((bits & 1n) === 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}

/** By Fermat; the inverse of 0 is 0. */
function invert(value: bigint): bigint {
  return power(value, prime - 2n);
}
