// Which folder may import which. The compiler refuses most wrong imports already (one project per
// folder, references as the only doors); this closes the leak of third-party typings and says why.

const device = "^src/(protocol|ports|http|flash|agent)/";

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycle",
      comment: "A cycle has no bottom to test first.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "device-code-knows-no-package",
      comment: "What runs on the chip gets the world as an argument: no Node, no npm package.",
      severity: "error",
      from: { path: device },
      to: { dependencyTypes: ["core", "npm", "npm-dev", "npm-optional", "npm-peer", "unknown"] },
    },
    {
      name: "device-code-stays-in-device-code",
      severity: "error",
      from: { path: device },
      to: {
        path: "^(src/(formats|factory|inspect|simulator|service|client|cli)|hosts|tools|test)/",
      },
    },
    {
      name: "protocol-and-ports-know-nothing",
      severity: "error",
      from: { path: "^src/(protocol|ports)/" },
      to: { path: "^src/(http|flash|agent)/" },
    },
    {
      name: "http-and-flash-do-not-know-each-other",
      severity: "error",
      from: { path: "^src/(http|flash)/" },
      to: { path: "^src/(http|flash|agent)/", pathNot: "^src/$1/" },
    },
    {
      name: "service-and-client-know-only-the-protocol",
      severity: "error",
      from: { path: "^src/(service|client)/" },
      to: {
        path: "^(src/(ports|http|flash|agent|formats|factory|inspect|simulator|cli)|hosts|tools|test)/",
      },
    },
    {
      name: "service-and-client-do-not-know-each-other",
      severity: "error",
      from: { path: "^src/(service|client)/" },
      to: { path: "^src/(service|client)/", pathNot: "^src/$1/" },
    },
    {
      name: "nothing-imports-tests",
      severity: "error",
      from: { path: "^(src|hosts|template)/" },
      to: { path: "^test/" },
    },
    {
      name: "boot-code-of-its-own",
      comment:
        "The boot loader that judges what the agent wrote must not be wrong together with it.",
      severity: "error",
      from: { path: "^src/formats/boot/" },
      to: { path: "^src/(flash|agent)/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(build|test/vectors)/" },
  },
};
