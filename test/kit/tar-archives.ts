// Archives entry by entry, honest or not, for whoever has to refuse the latter.
import { gzipSync } from "node:zlib";

/** One entry as it is written into a tar, whatever it says. */
export type TarSketch = {
  readonly path: string;
  readonly content?: string | Buffer;
  /** Tar's letter: 0 file, 1 hard link, 2 symbolic link, 3 and 4 devices, 5 folder, 6 pipe, x and g pax, L a GNU long name. */
  readonly type?: string;
  readonly linkTo?: string;
};

/** A gzipped tar (ustar) of these entries in this order. */
export function packTar(entries: readonly TarSketch[]): Buffer {
  return gzipSync(Buffer.concat([...entries.flatMap(blocksOf), Buffer.alloc(1024)]));
}

/** A pax record `KEY=VALUE` as its length demands. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

function blocksOf({ path, content = "", type = "0", linkTo = "" }: TarSketch): readonly Buffer[] {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write("0000644\0", 100);
  header.write("0000000\0", 108);
  header.write("0000000\0", 116);
  header.write(`${body.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(linkTo, 157, 100);
  header.write("ustar\0" + "00", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
}
