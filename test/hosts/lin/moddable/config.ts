// The configuration that mcconfig compiles in.

export default { flashFile: "" };
