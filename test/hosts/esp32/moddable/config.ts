// The configuration that mcconfig compiles in, to be changed by a test.

const config: Record<string, unknown> = {};
export default config;
