import { deflateSync } from "node:zlib";

/** A file as a person would pick it. */
export interface Upload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export interface Size {
  width: number;
  height: number;
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** An 8-bit grey PNG. `claimed` is what the header says of its size, if not the truth. */
export function png(
  name: string,
  { width, height }: Size,
  grey: (x: number, y: number) => number,
  claimed: Size = { width, height },
): Upload {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(claimed.width, 0);
  header.writeUInt32BE(claimed.height, 4);
  header[8] = 8;
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1) {
    // The first byte of a row is its filter: none.
    for (let x = 0; x < width; x += 1) rows[y * (width + 1) + 1 + x] = grey(x, y);
  }
  const buffer = Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
  return { name, mimeType: "image/png", buffer };
}

/** A NumPy array of little-endian f32, version 1.0, in C order; `at` gets the index into the flat array. */
export function npy(name: string, shape: number[], at: (index: number) => number): Upload {
  const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  // The whole preamble is a multiple of 64 long and ends a line.
  const padded = text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11) + "\n";
  const preamble = Buffer.alloc(10);
  preamble.write("\x93NUMPY\x01\x00", 0, "latin1");
  preamble.writeUInt16LE(padded.length, 8);
  const data = Buffer.alloc(4 * shape.reduce((product, side) => product * side, 1));
  for (let i = 0; i < data.length / 4; i += 1) data.writeFloatLE(at(i), 4 * i);
  return {
    name,
    mimeType: "application/octet-stream",
    buffer: Buffer.concat([preamble, Buffer.from(padded, "latin1"), data]),
  };
}

/** A zip whose files are stored as they are. */
export function zip(name: string, files: readonly Upload[]): Upload {
  const local: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, buffer } of files) {
    const path = Buffer.from(name, "utf8");
    // Version, flags (UTF-8), method, time, date, checksum, sizes, lengths of the name and of what is beside.
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(0x0800, 2);
    head.writeUInt32LE(0x00210000, 6);
    head.writeUInt32LE(crc32(buffer), 10);
    head.writeUInt32LE(buffer.length, 14);
    head.writeUInt32LE(buffer.length, 18);
    head.writeUInt16LE(path.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    const made = Buffer.from([20, 0]);
    directory.push(Buffer.from("PK\x01\x02", "latin1"), made, head, place, path);
    const entry = [Buffer.from("PK\x03\x04", "latin1"), head, path, buffer];
    local.push(...entry);
    offset += entry.reduce((length, part) => length + part.length, 0);
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(listed.length, 8);
  end.writeUInt32LE(offset, 12);
  const buffer = Buffer.concat([...local, listed, Buffer.from("PK\x05\x06", "latin1"), end]);
  return { name, mimeType: "application/zip", buffer };
}
