import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:http2'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

interface Hostile {
  readonly endpoint: string
  readonly files: { readonly certFile: string; readonly keyFile: string; readonly caFile: string }
}

/**
 * Changes a member's peer URLs, as whoever holds a client certificate can. The program has no such call, and an argument
 * of `etcdctl` holds no more than 128 kB.
 */
export async function updateMember(
  id: bigint,
  peerUrls: readonly string[],
  { endpoint, files }: Hostile,
): Promise<void> {
  const session = connect(endpoint, {
    cert: readFileSync(files.certFile),
    key: readFileSync(files.keyFile),
    ca: readFileSync(files.caFile),
  })
  try {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/etcdserverpb.Cluster/MemberUpdate',
      'content-type': 'application/grpc',
      te: 'trailers',
    })
    stream.resume().end(frame(encodeUpdate(id, peerUrls)))
    const [trailers] = await once(stream, 'trailers')
    if (trailers['grpc-status'] !== '0') throw new Error(`member update: ${trailers['grpc-message']}`)
  } finally {
    session.close()
  }
}

// MemberUpdateRequest of etcd's rpc.proto: uint64 ID = 1, repeated string peerURLs = 2.
function encodeUpdate(id: bigint, peerUrls: readonly string[]): Uint8Array {
  const writer = new BinaryWriter().tag(1, WireType.Varint).uint64(id)
  for (const url of peerUrls) writer.tag(2, WireType.LengthDelimited).string(url)
  return writer.finish()
}

// A gRPC message: not compressed, its length, itself.
function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}
