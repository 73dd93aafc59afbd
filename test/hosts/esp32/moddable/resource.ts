// The SDK's data in flash: each resource's bytes are those of its name.

export default class FakeResource extends ArrayBuffer {
  constructor(path: string) {
    super(path.length);
    new Uint8Array(this).set(new TextEncoder().encode(path));
  }
}
